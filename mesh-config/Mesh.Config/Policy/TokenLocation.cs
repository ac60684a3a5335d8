namespace Mesh.Config.Policy;

/// <summary>A place in a request that may hold a token.</summary>
/// <param name="Kind">Header, query parameter or cookie.</param>
/// <param name="Name">Of the header (lower case), parameter or cookie.</param>
/// <param name="Prefix">What precedes the token in a header, with its blank.</param>
public sealed record TokenLocation(TokenLocationKind Kind, string Name, string Prefix = "")
{
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()} {Name}";
}
