using System.Text.RegularExpressions;
using Mesh.Config.Resources.GatewayApi;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules for GRPCRoutes and TLSRoutes.</summary>
/// <remarks>Source: Gateway API, validation rules of GRPCRouteSpec, GRPCMethodMatch and TLSRouteSpec.</remarks>
internal static partial class GatewayApiGrpcRules
{
    public static void Check(GatewayApiGrpcRoute value, RuleScope at)
    {
        var spec = at["spec"];
        GatewayApiRouteRules.CheckParents(value.Spec.ParentRefs, spec["parentRefs"]);
        GatewayApiRouteRules.CheckHostnames(value.Spec.Hostnames, spec["hostnames"]);
        GatewayApiRouteRules.CheckRules(
            [.. value.Spec.Rules.Select(rule => rule.Name)], value.Spec.Rules.Select(rule => rule.Matches.Length), spec["rules"]);
        for (var i = 0; i < value.Spec.Rules.Length; i++)
        {
            var (rule, place) = (value.Spec.Rules[i], spec["rules"][i]);
            for (var j = 0; j < rule.Matches.Length; j++) Check(rule.Matches[j], place["matches"][j]);
            GatewayApiFilterRules.Check(rule.Filters, isGrpc: true, place["filters"]);
            GatewayApiRouteRules.CheckBackends(rule.BackendRefs, place["backendRefs"]);
            for (var j = 0; j < rule.BackendRefs.Length; j++)
                GatewayApiFilterRules.Check(rule.BackendRefs[j].Filters, isGrpc: true, place["backendRefs"][j]["filters"]);
        }
    }

    public static void Check(GatewayApiTlsRoute value, RuleScope at)
    {
        var spec = at["spec"];
        GatewayApiRouteRules.CheckParents(value.Spec.ParentRefs, spec["parentRefs"]);
        GatewayApiRouteRules.CheckHostnames(value.Spec.Hostnames, spec["hostnames"]);
        for (var i = 0; i < value.Spec.Rules.Length; i++)
        {
            if (value.Spec.Rules[i].BackendRefs.IsEmpty) spec["rules"][i].Missing("backendRefs", "connections must go somewhere");
            GatewayApiRouteRules.CheckBackends(value.Spec.Rules[i].BackendRefs, spec["rules"][i]["backendRefs"]);
        }
    }

    private static void Check(GatewayApiGrpcMatch match, RuleScope at)
    {
        GatewayApiRouteRules.CheckDistinct(match.Headers, ignoreCase: true, at["headers"]);
        if (match.Method is not { } method) return;
        if (method.Service.Length == 0 && method.Method.Length == 0)
            at["method"].Missing("service", "give the service, the method or both");
        if (method.Type == ValueMatchType.RegularExpression)
        {
            if (method.Service.Length > 0) CommonRules.Regex(method.Service, at["method"]["service"]);
            if (method.Method.Length > 0) CommonRules.Regex(method.Method, at["method"]["method"]);
            return;
        }

        if (method.Service.Length > 0 && !ServicePattern().IsMatch(method.Service))
            at["method"]["service"].Error($"\"{method.Service}\" is no name of a gRPC service such as payments.v1.Payments");
        if (method.Method.Length > 0 && !MethodPattern().IsMatch(method.Method))
            at["method"]["method"].Error($"\"{method.Method}\" is no name of a gRPC method such as CreatePayment");
    }

    [GeneratedRegex(@"^\.?[A-Za-z_][A-Za-z_0-9]*(\.[A-Za-z_][A-Za-z_0-9]*)*$", RegexOptions.NonBacktracking)]
    private static partial Regex ServicePattern();

    [GeneratedRegex("^[A-Za-z_][A-Za-z_0-9]*$", RegexOptions.NonBacktracking)]
    private static partial Regex MethodPattern();
}
