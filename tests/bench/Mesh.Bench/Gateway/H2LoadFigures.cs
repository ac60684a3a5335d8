namespace Mesh.Bench.Gateway;

/// <summary>What h2load reports of a run.</summary>
/// <param name="PerSecond">Good answers per second.</param>
/// <param name="Done">Requests with a good answer: complete, and status 2xx.</param>
/// <param name="Failed">Requests with another answer.</param>
internal sealed record H2LoadFigures(double PerSecond, long Done, long Failed);
