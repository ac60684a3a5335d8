using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Mesh.Config.Policy.Compilation;

/// <summary>Every attribute of sources and operations, and every key of <c>when</c>.</summary>
/// <remarks>Source: istio pilot/pkg/security/authz/model/{model,generator}.go; traffic-resources.md §U.</remarks>
internal static partial class PolicyAttributes
{
    public const string Hosts = "hosts";
    public const string Methods = "methods";
    public const string Paths = "paths";
    public const string SourceIp = "source.ip";
    public const string RemoteIp = "remote.ip";
    public const string SourceNamespace = "source.namespace";
    public const string SourceServiceAccount = "source.serviceAccount";
    public const string SourcePrincipal = "source.principal";
    public const string SourceTrustDomain = "source.trustDomain";
    public const string RequestPrincipal = "request.auth.principal";
    public const string DestinationPort = "destination.port";

    /// <summary>Null for a key that does not exist.</summary>
    public static PolicyAttribute? Find(string key, PolicyContext context) => key switch
    {
        Hosts => Http(
            value => request => value == "*" || PolicyPattern.Matches(value, request.Authority, StringComparison.OrdinalIgnoreCase),
            request => Quote(request.Authority)),
        Methods => Http(value => request => PolicyPattern.Matches(value, request.Method), request => Quote(request.Method)),
        Paths => Path(context),
        SourceIp => Address(request => request.SourceAddress),
        RemoteIp => Address(request => request.RemoteAddress ?? request.SourceAddress),
        "destination.ip" => Address(request => request.DestinationAddress),
        DestinationPort => new PolicyAttribute(false, Port, request => request.DestinationPort.ToString(CultureInfo.InvariantCulture)),
        "connection.sni" => Connection(value => request => PolicyPattern.Matches(value, request.Sni), request => Quote(request.Sni)),
        SourcePrincipal => Peer(value => Principal(value, context)),
        SourceNamespace => Peer(PeerNamespace),
        SourceServiceAccount => Peer(value => PeerServiceAccount(value, context)),
        SourceTrustDomain => Peer(value => id => PolicyPattern.Matches(value, PeerId.TrustDomain(id))),
        RequestPrincipal => Http(
            value => request => request.Claims is { } claims && MatchesRequestPrincipal(value, claims),
            request => request.Claims is { } claims ? Quote(claims.Principal) : "no validated token"),
        "request.auth.audiences" => Claim("aud"),
        "request.auth.presenter" => Claim("azp"),
        _ => FindNamed(key),
    };

    private static PolicyAttribute? FindNamed(string key)
    {
        if (HeaderKey().Match(key) is { Success: true } header)
        {
            var name = header.Groups[1].Value.ToLowerInvariant();
            return Http(
                value => request => request.Header(name) is { } found && (value == "*" || PolicyPattern.Matches(value, found)),
                request => request.Header(name) is { } found ? Quote(found) : "no such header");
        }

        if (ClaimsKey().Match(key) is { Success: true } claims)
            return Claim([.. claims.Groups[1].Captures.Select(capture => capture.Value)]);
        // Metadata of Envoy's filters: there is none here, so nothing is ever equal to it.
        return key.StartsWith("experimental.envoy.filters.", StringComparison.Ordinal)
            ? Connection(_ => static _ => false, static _ => "no metadata of Envoy filters here")
            : null;
    }

    private static PolicyAttribute Http(Func<string, Predicate<PolicyRequest>?> compile, Func<PolicyRequest, string> describe) =>
        new(HttpOnly: true, compile, describe);

    private static PolicyAttribute Connection(Func<string, Predicate<PolicyRequest>?> compile, Func<PolicyRequest, string> describe) =>
        new(HttpOnly: false, compile, describe);

    private static PolicyAttribute Peer(Func<string, Predicate<string>> compile) => Connection(
        value =>
        {
            var matches = compile(value);
            return request => request.PeerIdentity is { Length: > 0 } id && matches(id);
        },
        request => request.PeerIdentity is { } id ? Quote(id) : "no peer identity (plain text)");

    private static PolicyAttribute Path(PolicyContext context)
    {
        var normalization = context.Normalization;
        return Http(
            value =>
            {
                if (!PathTemplate.IsTemplate(value))
                    return request => PolicyPattern.Matches(value, RequestPath.Of(request.Path, normalization));
                var template = PathTemplate.Compile(value);
                return request => template.IsMatch(RequestPath.Of(request.Path, normalization));
            },
            request => Quote(RequestPath.Of(request.Path, normalization)));
    }

    private static PolicyAttribute Address(Func<PolicyRequest, IPAddress?> find) => Connection(
        value =>
        {
            if (!TryParseBlock(value, out var block)) return null;
            return request => find(request) is { } address && block.Contains(Unmap(address));
        },
        request => find(request)?.ToString() ?? "unknown");

    /// <summary>An address, or a block whose address may have bits beyond the prefix.</summary>
    private static bool TryParseBlock(string text, out IPNetwork block)
    {
        block = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address)) return false;
        var bits = address.GetAddressBytes().Length * 8;
        var length = bits;
        if (slash >= 0
            && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
            return false;
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bits; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        block = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }

    private static IPAddress Unmap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static Predicate<PolicyRequest>? Port(string value) =>
        ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? request => request.DestinationPort == port
            : null;

    private static Predicate<string> Principal(string value, PolicyContext context)
    {
        var patterns = context.TrustDomains.Expand(value);
        return id => patterns.Any(pattern => PeerId.MatchesPrincipal(pattern, id));
    }

    private static Predicate<string> PeerNamespace(string value)
    {
        var pattern = Regex.Escape(value).Replace(@"\*", ".*", StringComparison.Ordinal);
        var expression = PolicyPattern.Whole($".*/ns/{pattern}/.*");
        return expression.IsMatch;
    }

    private static Predicate<string> PeerServiceAccount(string value, PolicyContext context)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        var space = slash < 0 ? context.Namespace : value[..slash];
        var account = value[(slash + 1)..];
        return id => PeerId.Namespace(id) == space && PeerId.ServiceAccount(id) == account;
    }

    /// <summary>Issuers are URLs, so the last slash is the one between issuer and subject.</summary>
    private static bool MatchesRequestPrincipal(string pattern, JwtClaims claims)
    {
        var (issuer, subject) = (claims.Issuer, claims.Subject);
        if (pattern == "*") return issuer.Length > 0 && subject.Length > 0;
        var slash = pattern.LastIndexOf('/');
        if (slash >= 0)
        {
            // Only the outer ends are wildcards: */sub, iss/*, *x/sub, iss/x*.
            var (wantedIssuer, wantedSubject) = (pattern[..slash], pattern[(slash + 1)..]);
            return MatchesStart(wantedIssuer, issuer) && MatchesEnd(wantedSubject, subject);
        }

        if (pattern.StartsWith('*')) return subject.EndsWith(pattern[1..], StringComparison.Ordinal);
        return pattern.EndsWith('*') && issuer.StartsWith(pattern[..^1], StringComparison.Ordinal);
    }

    private static bool MatchesStart(string pattern, string issuer) =>
        pattern.StartsWith('*') ? PolicyPattern.Matches(pattern, issuer) : pattern == issuer;

    private static bool MatchesEnd(string pattern, string subject) =>
        pattern.EndsWith('*') ? subject.Length > 0 && PolicyPattern.Matches(pattern, subject) : pattern == subject;

    private static PolicyAttribute Claim(params string[] path) => Http(
        value => request => request.Claims?.Find(path).Any(found => PolicyPattern.Matches(value, found)) ?? false,
        request => request.Claims is not { } claims ? "no validated token"
            : claims.Find(path) is { IsEmpty: false } found ? string.Join(", ", found.Select(Quote))
            : "no such claim");

    private static string Quote(string value) => $"\"{value}\"";

    [GeneratedRegex(@"\Arequest\.headers\[([^\[\]]+)\]\z")]
    private static partial Regex HeaderKey();

    [GeneratedRegex(@"\Arequest\.auth\.claims(?:\[([^\[\]]+)\])+\z")]
    private static partial Regex ClaimsKey();
}
