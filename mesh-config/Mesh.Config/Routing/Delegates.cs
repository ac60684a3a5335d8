using System.Globalization;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>Replaces the rules that delegate by the rules of the VirtualService they delegate to.</summary>
/// <remarks>Source: istio pilot/pkg/model/virtualservice.go mergeVirtualServicesIfNeeded; traffic-resources.md §Q.12.</remarks>
internal static class Delegates
{
    /// <param name="root">A VirtualService with hosts.</param>
    /// <param name="find">The delegate of a namespace and name, null when there is none or the root may not use it.</param>
    public static IEnumerable<HttpRuleInForce> Expand(
        VirtualService root, string domain, Func<string, string, VirtualService?> find)
    {
        var space = root.Metadata.Namespace;
        for (var i = 0; i < root.Spec.Http.Length; i++)
        {
            var rule = CompleteNames(root.Spec.Http[i], space, domain);
            if (rule.Delegate is not { } reference)
            {
                yield return new HttpRuleInForce(rule, NameOf(rule, i), space, root.Subject);
                continue;
            }

            // A delegate that is not there takes just this rule with it.
            if (find(reference.Namespace.Length > 0 ? reference.Namespace : space, reference.Name) is not { } target) continue;
            for (var j = 0; j < target.Spec.Http.Length; j++)
            {
                var own = CompleteNames(target.Spec.Http[j], target.Metadata.Namespace, domain);
                // Delegates of delegates are not followed.
                if (own.Delegate is not null || Merge(rule, own) is not { } merged) continue;
                yield return new HttpRuleInForce(merged, NameOf(merged, j), target.Metadata.Namespace, target.Subject);
            }
        }
    }

    /// <summary>Null when no request could match both.</summary>
    private static HttpRouteSpec? Merge(HttpRouteSpec root, HttpRouteSpec own)
    {
        if (DelegateMatches.Merge(root.Match, own.Match) is not { } matches) return null;
        var mirrors = own.Mirror is not null || !own.Mirrors.IsEmpty ? own : root;
        return own with
        {
            Name = DelegateMatches.MergeNames(root.Name, own.Name),
            Match = matches,
            Rewrite = own.Rewrite ?? root.Rewrite,
            DirectResponse = own.DirectResponse ?? root.DirectResponse,
            Timeout = own.Timeout ?? root.Timeout,
            Retries = own.Retries ?? root.Retries,
            Fault = own.Fault ?? root.Fault,
            Mirror = mirrors.Mirror,
            Mirrors = mirrors.Mirrors,
            MirrorPercent = own.MirrorPercent ?? root.MirrorPercent,
            MirrorPercentage = own.MirrorPercentage ?? root.MirrorPercentage,
            CorsPolicy = own.CorsPolicy ?? root.CorsPolicy,
            Headers = own.Headers ?? root.Headers,
        };
    }

    /// <summary>What the merged rule may take from either side must mean what it meant there.</summary>
    private static HttpRouteSpec CompleteNames(HttpRouteSpec rule, string space, string domain) => rule with
    {
        Match =
        [
            .. rule.Match.Select(match => match.Gateways.IsEmpty
                ? match
                : match with { Gateways = [.. match.Gateways.Select(name => GatewayNames.Resolve(name, space))] }),
        ],
        Mirror = Complete(rule.Mirror, space, domain),
        Mirrors =
        [
            .. rule.Mirrors.Select(mirror => mirror with { Destination = Complete(mirror.Destination, space, domain) }),
        ],
    };

    private static Destination? Complete(Destination? destination, string space, string domain) => destination is null
        ? null
        : destination with { Host = HostNames.Complete(destination.Host, space, domain) };

    private static string NameOf(HttpRouteSpec rule, int index) =>
        rule.Name.Length > 0 ? rule.Name : string.Create(CultureInfo.InvariantCulture, $"#{index}");
}
