using System.Net;
using Mesh.Config.Policy;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Tcp;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Policy;

/// <summary>Puts requests and connections before the AuthorizationPolicies of a workload.</summary>
/// <remarks>What the policies say is decided by <see cref="WorkloadPolicy"/>; here is only what a proxy knows of its callers.</remarks>
public static class AccessControl
{
    private const string ForwardedFor = "x-forwarded-for";

    /// <summary>What an inbound proxy knows of an HTTP request.</summary>
    /// <param name="target">As it will be forwarded.</param>
    /// <param name="destination">The workload's own address and port, not the proxy's.</param>
    public static PolicyRequest RequestOf(HttpContext context, RequestTarget target, IPEndPoint destination)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(destination);
        var mesh = context.Features.Get<IMeshConnectionFeature>();
        var request = context.Request;
        return new PolicyRequest
        {
            PeerIdentity = mesh?.Peer?.ToString(),
            SourceAddress = context.Connection.RemoteIpAddress,
            RemoteAddress = OriginalClient(request.Headers),
            DestinationAddress = destination.Address,
            DestinationPort = destination.Port,
            Sni = mesh?.ServerName ?? "",
            Method = request.Method,
            Authority = request.Host.Value ?? "",
            Path = target.PathAndQuery,
            Header = name => HeaderOf(request, target, name),
        };
    }

    /// <summary>What an inbound proxy knows of a connection whose bytes it does not look into.</summary>
    /// <param name="destination">The workload's own address and port, not the proxy's.</param>
    public static PolicyRequest RequestOf(ConnectionContext connection, IPEndPoint destination)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(destination);
        var mesh = connection.Features.Get<IMeshConnectionFeature>();
        return new PolicyRequest
        {
            IsHttp = false,
            PeerIdentity = mesh?.Peer?.ToString(),
            SourceAddress = (connection.RemoteEndPoint as IPEndPoint)?.Address,
            DestinationAddress = destination.Address,
            DestinationPort = destination.Port,
            Sni = mesh?.ServerName ?? "",
        };
    }

    /// <summary>Null when the policies let the request or connection pass.</summary>
    public static AccessDenial? Judge(WorkloadPolicy policy, PolicyRequest request)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.HasNoAuthorization) return null;
        var verdict = policy.Authorize(request);
        if (!verdict.Allowed) return new AccessDenial(verdict.ResponseCodeDetails);
        // Nobody here can ask an external authorizer, and without its word nothing that it guards may pass.
        return verdict.Provider is { } provider
            ? new AccessDenial($"ext_authz_error: CUSTOM policy needs provider {provider}, which this proxy cannot ask", ResponseFlags.UnauthorizedExternalService)
            : null;
    }

    /// <summary>
    /// First step for HTTP: are the tokens in the request, if any, valid? Then its claims are in <paramref name="asked"/>, the application is told
    /// what it is to be told of them, and tokens that are not for it are gone.
    /// </summary>
    public static AccessDenial? Authenticate(
        HttpContext context, WorkloadPolicy policy, IJwtValidator validator, ref PolicyRequest asked, ref RequestTarget target)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(asked);
        if (policy.HasNoAuthentication) return null;
        var result = policy.Authenticate(asked, validator);
        if (!result.Passed)
        {
            return new AccessDenial($"jwt_authn_access_denied{{{result.Reason.Replace(' ', '_')}}}") { Status = result.StatusCode, Message = result.Reason };
        }

        asked = asked with { Claims = result.Claims };
        var headers = context.Request.Headers;
        foreach (var name in policy.ClaimHeaders) headers.Remove(name);
        foreach (var location in result.Remove)
        {
            if (location.Kind == TokenLocationKind.Header) headers.Remove(location.Name);
            else if (location.Kind == TokenLocationKind.Parameter) target = target with { Query = Without(target.Query, location.Name) };
        }

        foreach (var (name, value) in result.Headers) headers[name] = value;
        return null;
    }

    private static string Without(string query, string parameter) => string.Join(
        '&', query.Split('&').Where(pair => Uri.UnescapeDataString(pair.Split('=')[0]) != parameter));

    /// <summary>Whom the nearest proxy saw; null when none tells.</summary>
    /// <remarks>Source: Envoy, "x-forwarded-for" with use_remote_address off and no trusted hops, which is how Istio's sidecars take calls.</remarks>
    private static IPAddress? OriginalClient(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(ForwardedFor, out var lists)) return null;
        var list = lists.ToString();
        return IPAddress.TryParse(list.AsSpan(list.LastIndexOf(',') + 1).Trim(), out var address) ? address : null;
    }

    private static string? HeaderOf(HttpRequest request, RequestTarget target, string name) => name switch
    {
        ":method" => request.Method,
        ":authority" or "host" => request.Host.Value,
        ":path" => target.PathAndQuery,
        ":scheme" => request.Scheme,
        _ => request.Headers.TryGetValue(name, out var values) ? string.Join(',', values.AsEnumerable()) : null,
    };
}
