namespace Mesh.Bench;

/// <summary>One measured number. Case and metric names are a contract with whoever compares runs.</summary>
internal sealed record BenchResult(string Case, string Metric, string Unit, double Ours)
{
    /// <summary>The same number for others, by name.</summary>
    public IReadOnlyDictionary<string, double> Peers { get; init; } = new Dictionary<string, double>();
}
