namespace Mesh.EndToEnd.Scenarios;

/// <summary>What one flow saw of a scenario.</summary>
/// <param name="Gap">The longest time without a success.</param>
/// <param name="Causes">Failed calls by what their clients were told.</param>
/// <param name="Tolerated">Why these failures are nobody's but the caller's to repair; null: they must not be.</param>
internal sealed record FlowResult(
    string Flow, int Calls, TimeSpan Gap, IReadOnlyDictionary<string, int> Causes, string? Tolerated)
{
    public int Failed => Causes.Values.Sum();
}
