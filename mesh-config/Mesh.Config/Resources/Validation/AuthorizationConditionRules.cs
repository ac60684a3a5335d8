using Mesh.Config.Resources.Security;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules of one condition of an AuthorizationPolicy.</summary>
/// <remarks>Source: istio pkg/config/security/security.go, ValidateAttribute.</remarks>
internal static class AuthorizationConditionRules
{
    private const string Known =
        "request.headers[NAME], source.ip, remote.ip, source.namespace, source.serviceAccount, source.principal, source.trustDomain, "
        + "request.auth.principal, request.auth.audiences, request.auth.presenter, request.auth.claims[NAME], destination.ip, "
        + "destination.port, connection.sni or experimental.envoy.filters.FILTER[KEY]";

    public static void Check(AuthorizationCondition value, bool custom, RuleScope at)
    {
        if (value.Key.Length == 0)
        {
            at["key"].Error("the key is empty; name an attribute");
            return;
        }

        if (value.Values.IsEmpty && value.NotValues.IsEmpty) at.Missing("values or notValues", "the condition compares with nothing");
        if (KeyProblem(value.Key) is { } problem) at["key"].Error($"\"{value.Key}\" {problem}");
        if (custom && IsIdentity(value.Key)) at["key"].Error($"\"{value.Key}\" is not known when CUSTOM policies are asked; remove the condition");
        if (value.Key is "source.ip" or "remote.ip" or "destination.ip")
        {
            CommonRules.Subnets(value.Values, at["values"]);
            CommonRules.Subnets(value.NotValues, at["notValues"]);
        }
        else if (value.Key == "destination.port")
        {
            AuthorizationRules.CheckPorts(value.Values, at["values"]);
            AuthorizationRules.CheckPorts(value.NotValues, at["notValues"]);
        }
    }

    private static bool IsIdentity(string key) =>
        key is "source.namespace" or "source.serviceAccount" or "source.trustDomain" or "source.principal"
        || key.StartsWith("request.auth.", StringComparison.Ordinal);

    private static string? KeyProblem(string key)
    {
        switch (key)
        {
            case "source.ip" or "remote.ip" or "source.namespace" or "source.serviceAccount" or "source.principal" or "source.trustDomain"
                or "request.auth.principal" or "request.auth.audiences" or "request.auth.presenter"
                or "destination.ip" or "destination.port" or "connection.sni":
                return null;
            case "destination.namespace":
                return "is no longer an attribute; put the policy into that namespace";
            case "destination.name":
                return "is no longer an attribute; use the selector";
            case "destination.user":
                return "is no longer an attribute; use the selector";
        }

        if (key.StartsWith("destination.labels[", StringComparison.Ordinal)) return "is no longer an attribute; use the selector";
        if (key.StartsWith("request.headers", StringComparison.Ordinal))
            return Bracketed(key, "request.headers", several: false) ? null : "must be request.headers[NAME]";
        if (key.StartsWith("request.auth.claims", StringComparison.Ordinal))
            return Bracketed(key, "request.auth.claims", several: true) ? null : "must be request.auth.claims[NAME] or request.auth.claims[NAME][NAME]";
        if (key.StartsWith("experimental.envoy.filters.", StringComparison.Ordinal)) return null;
        return $"is not an attribute; use {Known}";
    }

    private static bool Bracketed(string key, string prefix, bool several)
    {
        var rest = key.AsSpan(prefix.Length);
        if (rest.IsEmpty) return false;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf(']');
            if (rest[0] != '[' || end < 2) return false;
            rest = rest[(end + 1)..];
            if (!several && !rest.IsEmpty) return false;
        }

        return true;
    }
}
