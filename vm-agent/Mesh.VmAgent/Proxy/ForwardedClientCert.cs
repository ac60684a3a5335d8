using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.DataPlane.Identity;

namespace Mesh.VmAgent.Proxy;

/// <summary>The header by which an inbound proxy tells its application who called.</summary>
/// <remarks>Source: Envoy, "x-forwarded-client-cert"; istio sidecars set By, Hash, Subject and URI.</remarks>
public static class ForwardedClientCert
{
    public const string Header = "x-forwarded-client-cert";

    /// <summary>
    /// Adds the caller to what proxies before it have told, as Istio's sidecars do; in plain text nobody vouches for what stands there, and it goes.
    /// The last element is always this proxy's own.
    /// </summary>
    /// <param name="by">Identity of this proxy.</param>
    /// <param name="peer">Verified identity of the client; null on plain text.</param>
    public static void Apply(IHeaderDictionary headers, SpiffeId? by, SpiffeId? peer, X509Certificate2? certificate)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (by is null || peer is null || certificate is null)
        {
            headers.Remove(Header);
            return;
        }

        var own = Format(by, peer, certificate);
        headers[Header] = headers.TryGetValue(Header, out var before) ? $"{before},{own}" : own;
    }

    /// <param name="by">Identity of this proxy.</param>
    /// <param name="peer">Verified identity of the client.</param>
    public static string Format(SpiffeId by, SpiffeId peer, X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var hash = Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));
        return $"By={by};Hash={hash};Subject=\"\";URI={peer}";
    }
}
