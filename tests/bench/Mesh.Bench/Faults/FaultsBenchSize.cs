namespace Mesh.Bench.Faults;

/// <summary>How much is done.</summary>
/// <param name="Kills">Of replicas, for each store.</param>
/// <param name="BetweenFaults">Acknowledgements that clients get before each fault and after the last.</param>
internal sealed record FaultsBenchSize(int Clients, int Kills, int Failovers, int BetweenFaults);
