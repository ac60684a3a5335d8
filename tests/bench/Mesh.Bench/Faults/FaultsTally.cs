using System.Globalization;
using Mesh.Payments.Faults;

namespace Mesh.Bench.Faults;

/// <summary>Collects what the rounds of one case came to, and says it as it comes.</summary>
internal sealed class FaultsTally(string name)
{
    private readonly List<double> outagesMs = [];
    private int acknowledged;
    private int payments;
    private int operations;
    private int findings;

    public void Add(TimeSpan outage, string what)
    {
        outagesMs.Add(outage.TotalMilliseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {what} killed, {outage.TotalMilliseconds:0} ms without an acknowledgement"));
    }

    public void Add(FaultReport report)
    {
        acknowledged += report.Acknowledged;
        payments += report.Payments;
        operations += report.Operations;
        findings += report.Findings.Count;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {report.Acknowledged} acknowledgements, {report.Payments} payments, {report.Operations} lines of the acquirer, {report.Findings.Count} findings"));
        if (report.Findings.Count > 0) Console.WriteLine(report.Describe());
    }

    public IReadOnlyList<BenchResult> Results()
    {
        var sorted = outagesMs.Order().ToList();
        return
        [
            new BenchResult(name, "outage_milliseconds_p50", "ms", sorted[sorted.Count / 2]),
            new BenchResult(name, "outage_milliseconds_max", "ms", sorted[^1]),
            new BenchResult(name, "faults", "count", sorted.Count),
            new BenchResult(name, "acknowledged", "count", acknowledged),
            new BenchResult(name, "payments", "count", payments),
            new BenchResult(name, "acquirer_lines", "count", operations),
            new BenchResult(name, "findings", "count", findings),
        ];
    }
}
