using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Hosting.Certificates;

namespace Mesh.DataPlane.Identity;

/// <summary>Decides about the peer of one handshake and remembers why. Not to be shared between handshakes.</summary>
/// <param name="rule">Given the peer's identity: null when it is welcome, else the reason why not.</param>
public sealed class PeerVerifier(Func<SpiffeId, string?> rule)
{
    /// <summary>The verified identity; null before and after a refusal.</summary>
    public SpiffeId? Peer { get; private set; }

    /// <summary>Null when the peer was accepted or never got as far as showing a certificate.</summary>
    public MeshTlsFailure? Failure { get; private set; }

    /// <summary>One line, set together with <see cref="Failure"/>.</summary>
    public string? Reason { get; private set; }

    /// <summary>Accepts any of <paramref name="expected"/> (whole SPIFFE URIs); nobody when it is empty.</summary>
    public static PeerVerifier ForServer(IReadOnlyCollection<string> expected) => new(id =>
        expected.Contains(id.ToString()) ? null
        : expected.Count == 0 ? $"identity {id} cannot be judged: no identity is known for this destination"
        : $"identity {id} is not among {string.Join(", ", expected)}");

    /// <summary>Accepts anybody of <paramref name="trustDomains"/>.</summary>
    public static PeerVerifier ForClient(IReadOnlyCollection<string> trustDomains) => new(id =>
        trustDomains.Contains(id.TrustDomain)
            ? null
            : $"identity {id} is of a foreign trust domain; trusted: {string.Join(", ", trustDomains)}");

    /// <summary>The callback for <see cref="SslStream"/>, whose chain policy must hold the mesh's roots.</summary>
    /// <remarks>Host names are not compared: SNI is <c>outbound_.…</c> and mesh certificates have no DNS names.</remarks>
    public bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return Refuse(MeshTlsFailure.NoCertificate, "no certificate");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)) return RefuseChain(leaf, chain);

        // Exactly one URI, so that no second identity can hide behind the one that was checked.
        var uris = SubjectAlternativeNames.Of(leaf).Uris;
        if (uris.Count != 1 || !SpiffeId.TryParse(uris[0], out var id))
            return Refuse(MeshTlsFailure.WrongIdentity, $"certificate carries no mesh identity (URI names: {Listed(uris)})");
        if (rule(id) is { } reason) return Refuse(MeshTlsFailure.WrongIdentity, reason);
        Peer = id;
        return true;
    }

    private static string Listed(IReadOnlyList<string> uris) => uris.Count == 0 ? "none" : string.Join(", ", uris);

    private bool RefuseChain(X509Certificate2 leaf, X509Chain? chain)
    {
        var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (sum, status) => sum | status.Status)
            ?? X509ChainStatusFlags.PartialChain;
        // The foreign root first: of a certificate nobody here vouches for, the dates say nothing.
        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
            return Refuse(MeshTlsFailure.ForeignRoot, $"foreign root: certificate issued by '{leaf.Issuer}' does not chain to the mesh's trust bundle");
        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0)
        {
            var validity = string.Create(
                CultureInfo.InvariantCulture, $"{leaf.NotBefore.ToUniversalTime():u} to {leaf.NotAfter.ToUniversalTime():u}");
            return Refuse(MeshTlsFailure.Expired, $"expired certificate: its chain is not valid now (certificate: {validity})");
        }

        return Refuse(MeshTlsFailure.BadChain, $"bad certificate chain: {flags}");
    }

    private bool Refuse(MeshTlsFailure failure, string reason)
    {
        Failure = failure;
        Reason = reason;
        return false;
    }
}
