using Microsoft.AspNetCore.Http;

namespace Mesh.Istiod.Ca;

/// <summary>One way in which a caller of the CA can prove who it is.</summary>
public interface ICallerAuthenticator
{
    /// <summary>The caller's names, SPIFFE id first; null when this way does not apply or fails, and the next is tried.</summary>
    ValueTask<IReadOnlyList<string>?> AuthenticateAsync(HttpContext call, CancellationToken cancellationToken);
}
