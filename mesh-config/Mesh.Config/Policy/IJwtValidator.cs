using Mesh.Config.Resources.Security;

namespace Mesh.Config.Policy;

/// <summary>
/// Checks issuer, audiences, times and signature of a token. Keys that come from a URI are fetched and kept elsewhere: the answer is
/// immediate, <see cref="JwtFailure.NoKeys"/> while there are none.
/// </summary>
public interface IJwtValidator
{
    /// <param name="token">As found in the request; anything at all may stand there. Must not throw for it.</param>
    /// <param name="rule">Whose token it should be. A rule without issuer accepts any, one without audiences too.</param>
    JwtValidation Validate(string token, JwtRule rule);
}
