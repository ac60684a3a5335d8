using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Mesh.Bench.Gateway;

/// <summary>h2load, the load generator of nghttp2, which belongs to none of the sides.</summary>
internal static partial class H2Load
{
    public const int Connections = 16;
    public const int Streams = 16;

    /// <param name="bodyFile">Sent with every request.</param>
    /// <exception cref="InvalidOperationException">It did not run.</exception>
    public static async Task<H2LoadFigures> RunAsync(GatewayCase traffic, int port, string bodyFile, TimeSpan duration)
    {
        var scheme = traffic.IsTls ? "https" : "http";
        var start = new ProcessStartInfo("h2load", [
            "-D", $"{(long)duration.TotalMilliseconds}ms", "-c", $"{Connections}", "-m", $"{Streams}", "-t", "1",
            "-d", bodyFile, "-H", "content-type: application/grpc", "-H", "te: trailers", $"{scheme}://127.0.0.1:{port}{traffic.Path}"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return Parse(output);
    }

    public static string Version() => FirstLine("h2load", "--version");

    /// <summary>The first line that a program prints, on whichever stream.</summary>
    public static string FirstLine(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{program} {argument} 2>&1"]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n')[0].Trim();
    }

    /// <exception cref="InvalidOperationException">The summary is not there.</exception>
    public static H2LoadFigures Parse(string output)
    {
        var (summary, requests, codes) = (Summary().Match(output), Requests().Match(output), Codes().Match(output));
        if (!summary.Success || !requests.Success || !codes.Success) throw new InvalidOperationException($"h2load gave no summary:\n{output}");
        // Requests that the end of the run cut off are not counted as done. Another status than 2xx is an answer, but not the one asked for.
        var (done, good) = (Number(requests, "done"), Number(codes, "good"));
        var share = done == 0 ? 0 : Math.Min(1, (double)good / done);
        return new H2LoadFigures(double.Parse(summary.Groups["rate"].Value, CultureInfo.InvariantCulture) * share, good, done - good);
    }

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"finished in [^,]+, (?<rate>[\d.]+) req/s")]
    private static partial Regex Summary();

    [GeneratedRegex(@"requests: \d+ total, \d+ started, (?<done>\d+) done, \d+ succeeded")]
    private static partial Regex Requests();

    [GeneratedRegex(@"status codes: (?<good>\d+) 2xx")]
    private static partial Regex Codes();
}
