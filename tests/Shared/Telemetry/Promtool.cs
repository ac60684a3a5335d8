using System.Diagnostics;

namespace Mesh.Tests.Shared.Telemetry;

/// <summary>Prometheus' own reader of metrics.</summary>
internal static class Promtool
{
    /// <summary>
    /// Names that dashboards of Envoy and Istio ask for are not ours to change: Envoy's counters do not end in <c>_total</c>, and Istio
    /// counts milliseconds. Those of database clients are OpenTelemetry's, where a gauge may end in <c>_count</c>.
    /// </summary>
    private static readonly string[] NamesOfOthers = ["envoy_", "istio_request_duration_milliseconds use base unit", "db_client_"];

    /// <summary>Reads a page of metrics and says what is wrong with it; the calling test is skipped where promtool is not installed.</summary>
    public static async Task<string[]> CheckAsync(string page, CancellationToken cancellationToken)
    {
        const string program = "/usr/bin/promtool";
        Assert.SkipUnless(File.Exists(program), "promtool is not installed (apt-get install prometheus)");
        var start = new ProcessStartInfo(program, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(page.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return
        [
            .. (await output + await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !NamesOfOthers.Any(name => line.StartsWith(name, StringComparison.Ordinal))),
        ];
    }
}
