using Mesh.EndToEnd.Load;

namespace Mesh.EndToEnd.Joining;

/// <summary>What a scenario can do to a machine that joins.</summary>
internal sealed class JoiningPlay(JoiningRig rig, LoadRun load)
{
    /// <summary>Calls that must reach the machine before it counts as a part of the mesh.</summary>
    private const int Some = 5;

    public JoiningRig Rig => rig;

    public LoadRun Load => load;

    public JoiningMachine Machine => rig.Machine;

    /// <summary>Starts the agent, waits until it is ready and calls reach its application.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        await rig.StartAsync(Machine.Agent, cancellationToken);
        await CalledAsync(cancellationToken);
    }

    /// <summary>Until calls reach the machine's application that had not before.</summary>
    public Task CalledAsync(CancellationToken cancellationToken)
    {
        var before = Machine.Calls();
        return rig.UntilAsync(() => Machine.Calls() >= before + Some, "calls reach the machine", cancellationToken);
    }

    public Task LeaveAsync(CancellationToken cancellationToken) => rig.TerminateAsync(JoiningMachine.Name, cancellationToken);

    /// <summary>How often the agent has told something, in its log of all its lives.</summary>
    public int Told(string words) => rig.LogOf(JoiningMachine.Name).Split(words).Length - 1;

    /// <summary>Until the agent tells something once more.</summary>
    public Task TellsAsync(string words, int before, CancellationToken cancellationToken) =>
        rig.UntilAsync(() => Told(words) > before, $"the agent says: {words}", cancellationToken);
}
