namespace Mesh.Bench.Agents;

/// <summary>How much is measured.</summary>
/// <param name="Starts">Of each way to register, cold and warm.</param>
/// <param name="Machines">That run while machines fail.</param>
/// <param name="Victims">Of them fail at a time: at most a third, or nothing would be collected.</param>
/// <param name="Faults">Failures of each kind, together.</param>
/// <param name="DoubleFaults">Failures of a machine and the control plane at once.</param>
/// <param name="AwaitsCollection">Whether it is waited, a minute each, until the entries of machines that died are gone.</param>
/// <param name="Registrations">Machines that register at once.</param>
internal sealed record AgentBenchSize(
    int Starts, int Machines, int Victims, int Faults, int DoubleFaults, bool AwaitsCollection, TimeSpan Idle, TimeSpan Loaded,
    IReadOnlyList<int> Registrations)
{
    public static AgentBenchSize Full { get; } = new(
        50, 10, 3, 50, 3, true, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), [1, 100, 1000]);

    public static AgentBenchSize Quick { get; } = new(
        2, 3, 1, 1, 1, false, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), [1, 100]);
}
