using System.Globalization;
using System.Net;
using Mesh.Config.Routing;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.DataPlane.Http;

/// <summary>Fills in the command operators of header values.</summary>
/// <remarks>Source: Envoy, "Access logging: command operators", as far as <see cref="HeaderOperators.Known"/> goes.</remarks>
internal static class HeaderValues
{
    private const string Unknown = "-";

    /// <param name="attempt">Null where no endpoint is asked.</param>
    public static string Expand(string value, HttpContext context, ForwardTry? attempt)
    {
        // Nearly all values are what they are.
        if (!value.Contains('%', StringComparison.Ordinal)) return value;
        return HeaderOperators.Replace(value, (name, argument, length) =>
        {
            var text = Value(name, argument, context, attempt);
            if (string.IsNullOrEmpty(text)) text = Unknown;
            return length < text.Length ? text[..length.Value] : text;
        });
    }

    private static string? Value(string name, string argument, HttpContext context, ForwardTry? attempt)
    {
        var connection = context.Connection;
        return name switch
        {
            "DOWNSTREAM_REMOTE_ADDRESS" or "DOWNSTREAM_DIRECT_REMOTE_ADDRESS" => Address(connection.RemoteIpAddress, connection.RemotePort),
            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" or "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT" => Plain(connection.RemoteIpAddress)?.ToString(),
            "DOWNSTREAM_REMOTE_PORT" => Number(connection.RemotePort),
            "DOWNSTREAM_LOCAL_ADDRESS" => Address(connection.LocalIpAddress, connection.LocalPort),
            "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT" => Plain(connection.LocalIpAddress)?.ToString(),
            "DOWNSTREAM_LOCAL_PORT" => Number(connection.LocalPort),
            "DOWNSTREAM_PEER_URI_SAN" => context.Features.Get<IMeshConnectionFeature>()?.Peer?.ToString(),
            "REQUESTED_SERVER_NAME" => context.Features.Get<IMeshConnectionFeature>()?.ServerName,
            "PROTOCOL" => context.Request.Protocol,
            "REQ" => Header(argument, header => RequestHeader(context, header)),
            "RESP" => Header(argument, header => context.Response.Headers[header]),
            "RESPONSE_CODE" => Number(context.Response.StatusCode),
            "ROUTE_NAME" => attempt?.RouteName,
            "START_TIME" => DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            "UPSTREAM_CLUSTER" => attempt?.Upstream.Key.ClusterName,
            "UPSTREAM_HOST" or "UPSTREAM_REMOTE_ADDRESS" => attempt is null ? null : EndpointId.Of(attempt.Endpoint).ToString(),
            "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" => attempt?.Endpoint.Address,
            "UPSTREAM_REMOTE_PORT" => attempt is null ? null : Number(attempt.Endpoint.Port),
            "HOSTNAME" => Environment.MachineName,
            _ => null,
        };
    }

    /// <summary><c>NAME</c>, or <c>NAME?OTHER</c> when the first is missing.</summary>
    private static string? Header(string argument, Func<string, string?> find)
    {
        var question = argument.IndexOf('?', StringComparison.Ordinal);
        if (question < 0) return find(argument);
        return find(argument[..question]) is { Length: > 0 } first ? first : find(argument[(question + 1)..]);
    }

    private static string? RequestHeader(HttpContext context, string name) => name.ToUpperInvariant() switch
    {
        ":METHOD" => context.Request.Method,
        ":AUTHORITY" or "HOST" => context.Request.Host.Value,
        ":SCHEME" => context.Request.Scheme,
        ":PATH" => context.Features.Get<IHttpRequestFeature>()?.RawTarget,
        _ => context.Request.Headers[name],
    };

    private static string? Address(IPAddress? address, int port) => Plain(address) is { } plain ? new IPEndPoint(plain, port).ToString() : null;

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
