namespace Mesh.VmAgent.Checks;

/// <summary>One line of <c>mesh-agent check</c>.</summary>
/// <param name="Name">Short and stable, for scripts: <c>clock</c>, <c>dns</c>, <c>istiod</c> …</param>
/// <param name="Message">What was found.</param>
/// <param name="Hint">What to do about it; empty when it passed.</param>
/// <param name="Documentation">Page that explains it.</param>
internal sealed record CheckResult(string Name, CheckOutcome Outcome, string Message, string Hint, string Documentation);
