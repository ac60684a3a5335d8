namespace Mesh.Config.Policy.Compilation;

/// <summary>One thing that a policy can have a condition on.</summary>
/// <param name="HttpOnly">Unknown for a TCP connection.</param>
/// <param name="Compile">The test for one value of a policy; null when the value makes no sense.</param>
/// <param name="Describe">What the request has, for explanations.</param>
internal sealed record PolicyAttribute(
    bool HttpOnly,
    Func<string, Predicate<PolicyRequest>?> Compile,
    Func<PolicyRequest, string> Describe);
