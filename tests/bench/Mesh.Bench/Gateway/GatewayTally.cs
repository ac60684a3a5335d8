using Mesh.Bench.Gateway.Proxies;

namespace Mesh.Bench.Gateway;

/// <summary>What the rounds of one case gave for each proxy; results are medians of the rounds.</summary>
internal sealed class GatewayTally(string name)
{
    private readonly Dictionary<(string Metric, string Proxy), List<double>> values = [];
    private readonly List<(string Metric, string Unit)> metrics = [];

    public void Add(string metric, string unit, string proxy, double value)
    {
        if (!metrics.Contains((metric, unit))) metrics.Add((metric, unit));
        if (!values.TryGetValue((metric, proxy), out var list)) values.Add((metric, proxy), list = []);
        list.Add(value);
    }

    /// <summary>0 when there was none.</summary>
    public double Median(string metric, string proxy) => values.TryGetValue((metric, proxy), out var list) ? Quantile.Median(list) : 0;

    public IEnumerable<BenchResult> Results()
    {
        foreach (var (metric, unit) in metrics)
        {
            yield return new BenchResult(name, metric, unit, Median(metric, BenchProxy.Ours))
            {
                Peers = values.Keys.Where(key => key.Metric == metric && key.Proxy != BenchProxy.Ours)
                    .ToDictionary(key => key.Proxy, key => Median(metric, key.Proxy)),
            };
        }
    }
}
