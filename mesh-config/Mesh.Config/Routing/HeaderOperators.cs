using System.Text.RegularExpressions;

namespace Mesh.Config.Routing;

/// <summary>
/// The command operators that header values of routes may have, such as <c>%PROTOCOL%</c> or <c>%REQ(X-USER?:AUTHORITY)%</c>; <c>%%</c> is a
/// percent sign.
/// </summary>
/// <remarks>Source: Envoy, "Custom request/response headers"; Istio Headers.HeaderOperations.</remarks>
public static partial class HeaderOperators
{
    /// <summary>Those the data plane fills in.</summary>
    public static IReadOnlySet<string> Known { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "DOWNSTREAM_REMOTE_ADDRESS", "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", "DOWNSTREAM_REMOTE_PORT",
        "DOWNSTREAM_DIRECT_REMOTE_ADDRESS", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
        "DOWNSTREAM_LOCAL_ADDRESS", "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", "DOWNSTREAM_LOCAL_PORT",
        "DOWNSTREAM_PEER_URI_SAN", "REQUESTED_SERVER_NAME", "PROTOCOL", "REQ", "RESP", "RESPONSE_CODE", "ROUTE_NAME",
        "START_TIME", "UPSTREAM_CLUSTER", "UPSTREAM_HOST", "UPSTREAM_REMOTE_ADDRESS", "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
        "UPSTREAM_REMOTE_PORT", "HOSTNAME",
    };

    /// <summary>Operators of a value that the data plane does not know, in order; it sends them as they are.</summary>
    public static IEnumerable<string> UnknownIn(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Operator().Matches(value).Select(match => match.Groups["name"].Value)
            .Where(name => name.Length > 0 && !Known.Contains(name));
    }

    /// <summary>Replaces each operator, with <c>%%</c> as the operator without a name.</summary>
    /// <param name="expand">Given name, argument (empty without) and greatest length (null without).</param>
    public static string Replace(string value, Func<string, string, int?, string> expand)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(expand);
        return Operator().Replace(value, match => match.Groups["name"].Value is not { Length: > 0 } name
            ? "%"
            : !Known.Contains(name)
                ? match.Value
                : expand(
                    name,
                    match.Groups["argument"].Value,
                    match.Groups["length"].Success
                        ? int.Parse(match.Groups["length"].Value, System.Globalization.CultureInfo.InvariantCulture)
                        : null));
    }

    [GeneratedRegex(@"%%|%(?<name>[A-Z0-9_]+)(\((?<argument>[^)]*)\))?(:(?<length>[0-9]{1,6}))?%", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Operator();
}
