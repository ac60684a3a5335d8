using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.DataPlane.Tcp;
using Mesh.Hosting.Certificates;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>The headers by which an edge says who called it, whatever the caller says of itself.</summary>
/// <remarks>Source: Envoy, "HTTP header manipulation: x-forwarded-for, x-forwarded-client-cert"; Istio gatewayTopology.</remarks>
internal sealed class EdgeHeaders(int trustedProxies, ClientCertForwarding clientCert)
{
    private const string ForwardedFor = "x-forwarded-for";
    private const string ForwardedProto = "x-forwarded-proto";
    private const string ClientCert = "x-forwarded-client-cert";

    /// <summary>Once per certificate, for a connection has many requests.</summary>
    private static readonly ConditionalWeakTable<X509Certificate2, string> Elements = new();

    public void Apply(HttpContext context)
    {
        var headers = context.Request.Headers;
        RemoveEnvoys(headers);
        ApplyAddress(context, headers);
        ApplyClientCert(context, headers);
    }

    private static void RemoveEnvoys(IHeaderDictionary headers)
    {
        // Nearly no caller has any: nothing is made for those that have none.
        List<string>? found = null;
        foreach (var (name, _) in headers)
            if (name.StartsWith("x-envoy-", StringComparison.OrdinalIgnoreCase)) (found ??= []).Add(name);
        if (found is null) return;
        foreach (var name in found) headers.Remove(name);
    }

    private void ApplyAddress(HttpContext context, IHeaderDictionary headers)
    {
        var connection = context.Connection;
        var client = trustedProxies > 0 ? FromRight(headers[ForwardedFor].ToString(), trustedProxies) : null;
        if (connection.RemoteIpAddress is { } remote)
            headers.Append(ForwardedFor, (remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote).ToString());
        if (client is not null)
        {
            // From here on it is the client everywhere: in hashes, policies and logs.
            connection.RemoteIpAddress = client;
            connection.RemotePort = 0;
        }

        if (trustedProxies == 0 || headers[ForwardedProto].ToString() is not ("http" or "https")) headers[ForwardedProto] = context.Request.Scheme;
    }

    /// <summary>The address that the outermost of our own proxies saw; null when the list is shorter or holds something else there.</summary>
    private static IPAddress? FromRight(string list, int place)
    {
        var parts = list.Split(',');
        return parts.Length >= place && IPAddress.TryParse(parts[^place].Trim(), out var address) ? address : null;
    }

    private void ApplyClientCert(HttpContext context, IHeaderDictionary headers)
    {
        if (clientCert == ClientCertForwarding.AlwaysForwardOnly) return;
        var shown = context.Features.Get<IMeshConnectionFeature>()?.PeerCertificate;
        if (shown is null || clientCert is ClientCertForwarding.Sanitize or ClientCertForwarding.SanitizeSet) headers.Remove(ClientCert);
        if (shown is null) return;
        if (clientCert == ClientCertForwarding.SanitizeSet) headers[ClientCert] = Elements.GetValue(shown, Element);
        else if (clientCert == ClientCertForwarding.AppendForward)
            headers[ClientCert] = headers[ClientCert] is { Count: > 0 } before ? $"{before},{Elements.GetValue(shown, Element)}" : Elements.GetValue(shown, Element);
    }

    /// <summary>What Istio's gateways tell: hash, certificate, subject and names.</summary>
    private static string Element(X509Certificate2 certificate)
    {
        var names = SubjectAlternativeNames.Of(certificate);
        var dns = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames());
        return string.Join(';',
        [
            $"Hash={Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span))}",
            $"Cert=\"{Uri.EscapeDataString(certificate.ExportCertificatePem() + "\n")}\"",
            $"Subject=\"{certificate.Subject.Replace(", ", ",", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
            .. names.Uris.Select(uri => $"URI={uri}"),
            .. dns.Select(name => $"DNS={name}"),
        ]);
    }
}
