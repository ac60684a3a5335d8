using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Mesh.Config.Resources.GatewayApi;
using ValueMatch = Mesh.Config.Resources.GatewayApi.ValueMatch;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules that the routes of the Gateway API share.</summary>
/// <remarks>Source: Gateway API, validation rules of CommonRouteSpec, BackendObjectReference and Hostname.</remarks>
internal static partial class GatewayApiRouteRules
{
    private const int MaxParents = 32;
    private const int MaxHostnames = 16;
    private const int MaxRules = 16;
    private const int MaxMatches = 128;
    private const int MaxWeight = 1_000_000;

    public static void CheckParents(ImmutableArray<ParentReference> parents, RuleScope at)
    {
        if (parents.Length > MaxParents) at.Error($"has more than {MaxParents} parents");
        for (var i = 0; i < parents.Length; i++)
        {
            var parent = parents[i];
            for (var j = 0; j < i; j++)
            {
                if (!IsSameParent(parents[j], parent)) continue;
                if (parents[j].SectionName == parent.SectionName && parents[j].Port == parent.Port)
                    at[i].Error($"parent {parent.Name} with this sectionName and port is given twice; remove one");
                else if (IsWhole(parents[j]) || IsWhole(parent))
                    at[i].Error($"parent {parent.Name} is given as a whole and in part; give each a sectionName or port");
                else
                    continue;
                break;
            }
        }
    }

    public static void CheckHostnames(ImmutableArray<string> hostnames, RuleScope at)
    {
        if (hostnames.Length > MaxHostnames) at.Error($"has more than {MaxHostnames} hostnames; split the route");
        for (var i = 0; i < hostnames.Length; i++) CheckHostname(hostnames[i], at[i]);
    }

    public static void CheckHostname(string hostname, RuleScope at)
    {
        if (HostNames.IsAddress(hostname)) at.Error($"\"{hostname}\" is an address; hostnames are names");
        else if (!HostnamePattern().IsMatch(hostname))
            at.Error($"\"{hostname}\" is no hostname; use lower-case labels, of which the first may be *");
    }

    /// <param name="matches">Number of matches of each rule.</param>
    public static void CheckRules(ImmutableArray<string> names, IEnumerable<int> matches, RuleScope at)
    {
        if (names.Length > MaxRules) at.Error($"has more than {MaxRules} rules; split the route");
        if (matches.Sum() > MaxMatches) at.Error($"has more than {MaxMatches} matches in all rules; split the route");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
            if (names[i].Length > 0 && !seen.Add(names[i]))
                at[i]["name"].Error($"rule \"{names[i]}\" is given twice; rename one");
    }

    public static void CheckBackends(ImmutableArray<BackendReference> backends, RuleScope at)
    {
        for (var i = 0; i < backends.Length; i++)
        {
            var backend = backends[i];
            CheckBackend(backend.Group, backend.Kind, backend.Name, backend.Port, at[i]);
            if (backend.Weight is < 0 or > MaxWeight) at[i]["weight"].Error($"must be 0 to {MaxWeight}");
        }
    }

    public static void CheckBackend(string group, string kind, string name, int? port, RuleScope at)
    {
        if (name.Length == 0) at.Missing("name", "a backend is found by it");
        if (group.Length == 0 && kind is "" or "Service" && port is null) at.Missing("port", "a Service is called at one of its ports");
    }

    /// <summary>Of headers or query parameters: each name once.</summary>
    /// <param name="ignoreCase">Names that differ only in case are one; the first counts.</param>
    public static void CheckDistinct(ImmutableArray<ValueMatch> matches, bool ignoreCase, RuleScope at)
    {
        for (var i = 0; i < matches.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (matches[i].Name == matches[j].Name)
                    at[i]["name"].Error($"\"{matches[i].Name}\" is given twice; put both conditions into one regular expression");
                else if (ignoreCase && matches[i].Name.Equals(matches[j].Name, StringComparison.OrdinalIgnoreCase))
                    at[i]["name"].Warning($"\"{matches[i].Name}\" is the same header as \"{matches[j].Name}\"; only the first condition counts", Yaml.DiagnosticCodes.NoEffect);
                else
                    continue;
                break;
            }

            if (matches[i].Type == ValueMatchType.RegularExpression) CommonRules.Regex(matches[i].Value, at[i]["value"]);
        }
    }

    private static bool IsSameParent(ParentReference left, ParentReference right) =>
        (left.Group, left.Kind, left.Namespace, left.Name) == (right.Group, right.Kind, right.Namespace, right.Name);

    private static bool IsWhole(ParentReference parent) => parent.SectionName.Length == 0 && parent.Port is null;

    [GeneratedRegex(@"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", RegexOptions.NonBacktracking)]
    private static partial Regex HostnamePattern();
}
