namespace Mesh.EndToEnd.Joining;

/// <summary>Something a machine goes through while others call the service it offers.</summary>
/// <param name="Name">As <c>--only</c> takes it.</param>
/// <param name="Promise">What users were promised for this case, one sentence. No call may fail in any of them.</param>
internal sealed record JoiningScenario(string Name, string Promise, Func<JoiningPlay, CancellationToken, Task> PlayAsync)
{
    /// <summary>Whether CI runs it too.</summary>
    public bool IsShort { get; init; } = true;
}
