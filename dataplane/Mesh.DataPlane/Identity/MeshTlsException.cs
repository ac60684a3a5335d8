using System.Security.Authentication;

namespace Mesh.DataPlane.Identity;

/// <summary>
/// A mesh TLS handshake failed. The message is one line for an access log, e.g. <c>foreign root</c> or
/// <c>identity spiffe://… is not among …</c>.
/// </summary>
public sealed class MeshTlsException(string message, MeshTlsFailure failure, Exception? inner = null)
    : AuthenticationException(message, inner)
{
    public MeshTlsFailure Failure { get; } = failure;
}
