namespace Mesh.Bench.Gateway;

/// <summary>What h2load reports of a run.</summary>
/// <param name="Done">Requests with a complete answer.</param>
internal sealed record H2LoadFigures(double PerSecond, long Done);
