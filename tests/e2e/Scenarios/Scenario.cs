namespace Mesh.EndToEnd.Scenarios;

/// <summary>Something that happens to the mesh while all flows call.</summary>
/// <param name="Name">As <c>--only</c> takes it.</param>
/// <param name="Promise">What users were promised for this case, one sentence.</param>
/// <param name="PlayAsync">Does it; the load runs before, during and after it.</param>
internal sealed record Scenario(string Name, string Promise, Func<Play, CancellationToken, Task> PlayAsync)
{
    /// <summary>Whether CI runs it too.</summary>
    public bool IsShort { get; init; } = true;

    /// <summary>
    /// Flows whose calls in flight nobody but the caller could try again, with the reason. Those of any other flow must all be answered.
    /// </summary>
    public IReadOnlyDictionary<string, string> MayFail { get; init; } = new Dictionary<string, string>();

    /// <summary>No flow may be without a success for longer, pauses of its own workload included.</summary>
    public TimeSpan LongestGap { get; init; } = TimeSpan.FromSeconds(60);
}
