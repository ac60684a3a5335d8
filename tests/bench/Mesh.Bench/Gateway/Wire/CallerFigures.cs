namespace Mesh.Bench.Gateway.Wire;

/// <summary>What a load came to.</summary>
/// <param name="Answers">Right ones.</param>
/// <param name="Failed">Calls without a right answer.</param>
internal sealed record CallerFigures(double PerSecond, long Answers, int Failed, double MillisecondsP50, double MillisecondsP99);
