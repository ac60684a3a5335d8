namespace Mesh.Config.Policy;

/// <summary>Outcome of one validation: claims, or what is wrong.</summary>
/// <param name="Claims">Not null exactly when the token is valid.</param>
/// <param name="Failure"><see cref="JwtFailure.None"/> when it is valid.</param>
public sealed record JwtValidation(JwtClaims? Claims, JwtFailure Failure)
{
    public static JwtValidation Valid(JwtClaims claims) => new(claims, JwtFailure.None);

    public static JwtValidation Invalid(JwtFailure failure) => new(null, failure);
}
