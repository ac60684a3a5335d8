using Mesh.Hosting.Certificates;
using Microsoft.AspNetCore.Http;

namespace Mesh.Istiod.Ca;

/// <summary>
/// The certificate the caller presented on the TLS connection, whose chain the handshake has already verified: how a
/// workload renews.
/// </summary>
/// <remarks>Source: istio pkg/spiffe/spiffe.go VerifyPeerCert: exactly one URI, of the mesh's own trust domain, no aliases.</remarks>
public sealed class ClientCertificateAuthenticator(string trustDomain) : ICallerAuthenticator
{
    public ValueTask<IReadOnlyList<string>?> AuthenticateAsync(HttpContext call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Connection.ClientCertificate is not { } certificate) return new((IReadOnlyList<string>?)null);
        var names = SubjectAlternativeNames.Of(certificate);
        var ours = names.Uris is [var uri] && uri.StartsWith($"spiffe://{trustDomain}/ns/", StringComparison.Ordinal);
        return new(ours ? [names.Uris[0]] : null);
    }
}
