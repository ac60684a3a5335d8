using Mesh.EndToEnd.Load;

namespace Mesh.EndToEnd.Scenarios;

/// <summary>What a scenario can do to the mesh, and the list of what it did.</summary>
internal sealed class Play(Rig rig, LoadRun load, bool isShort)
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan MinReady = TimeSpan.FromSeconds(12);

    private readonly List<(long At, string What)> faults = [];

    public Rig Rig => rig;

    public LoadRun Load => load;

    public bool IsShort => isShort;

    /// <summary>What was done, and when.</summary>
    public IReadOnlyList<(long At, string What)> Faults => faults;

    public void Note(string what)
    {
        lock (faults) faults.Add((TimeProvider.System.GetTimestamp(), what));
    }

    /// <summary><c>kill -9</c>, all at once.</summary>
    public void Kill(params IReadOnlyList<string> names)
    {
        Note("kill -9 " + string.Join(", ", names));
        foreach (var name in names) rig.Mesh[name].Kill();
    }

    public async Task StartAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        Note("start " + string.Join(", ", names));
        await Task.WhenAll(names.Select(name => rig.Mesh.RestartAsync(name, cancellationToken)));
        Note("ready " + string.Join(", ", names));
    }

    /// <summary>
    /// Waits as minReadySeconds of a Deployment does: a replica that was away may be ejected for a while by its callers, and is no
    /// stand-in for another one until then.
    /// </summary>
    public static Task StandInAsync(CancellationToken cancellationToken) => Task.Delay(MinReady, cancellationToken);

    /// <summary>
    /// SIGTERM to one process after the other, then started again in the other order, as the parts of one workload are replaced. Calls
    /// that the workload itself makes pause meanwhile.
    /// </summary>
    public async Task RestartAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var own = names.SelectMany(Flows.Of).ToList();
        await load.PauseFlowsAsync(own, cancellationToken);
        foreach (var name in names)
        {
            Note($"SIGTERM {name}");
            rig.Mesh[name].Terminate();
            await rig.Mesh[name].WaitForExitAsync(StopLimit, cancellationToken);
            Note($"{name} ended");
        }

        foreach (var name in names.Reverse())
        {
            await rig.Mesh.RestartAsync(name, cancellationToken);
            Note($"{name} ready");
        }

        load.Resume(own);
    }
}
