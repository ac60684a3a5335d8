using System.Diagnostics;
using System.Globalization;

namespace Mesh.Bench.Model;

/// <summary>How long the mesh model takes to load and to follow a change, for meshes of three sizes.</summary>
internal static class ModelBench
{
    private static readonly int[] _sizes = [100, 1_000, 10_000];

    public static int Run(string[] options)
    {
        var quick = options.Contains("--quick");
        var json = Array.IndexOf(options, "--json") is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : null;
        if (Array.IndexOf(options, "--size") is >= 0 and var size)
        {
            // The child process: one size, results on standard output.
            foreach (var result in ModelRun.Measure(int.Parse(options[size + 1], CultureInfo.InvariantCulture), quick))
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{result.Case}\t{result.Metric}\t{result.Unit}\t{result.Ours:R}"));
            return 0;
        }

        var results = new List<BenchResult>();
        foreach (var services in _sizes) results.AddRange(InOwnProcess(services, quick));
        Console.WriteLine($"mesh model, {BenchReport.Machine()}");
        Console.WriteLine();
        BenchReport.Print(results);
        Console.WriteLine();
        PrintGrowth(results, "milliseconds_p50");
        PrintGrowth(results, "kilobytes_allocated");
        if (json is not null) BenchReport.Write(json, "model", results);
        return 0;
    }

    /// <summary>Memory is measured, so each size gets a process that has seen no other.</summary>
    private static List<BenchResult> InOwnProcess(int services, bool quick)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["model", "--size", services.ToString(CultureInfo.InvariantCulture), .. quick ? ["--quick"] : Array.Empty<string>()])
            start.ArgumentList.Add(argument);
        using var child = Process.Start(start)!;
        var results = new List<BenchResult>();
        while (child.StandardOutput.ReadLine() is { } line)
        {
            var parts = line.Split('\t');
            results.Add(new BenchResult(parts[0], parts[1], parts[2], double.Parse(parts[3], CultureInfo.InvariantCulture)));
        }

        child.WaitForExit();
        return child.ExitCode == 0
            ? results
            : throw new InvalidOperationException($"measuring {services} services failed with exit code {child.ExitCode}");
    }

    private static void PrintGrowth(List<BenchResult> results, string metric)
    {
        double Of(int services) => results.Single(result => result.Case == $"endpoint-change-{services}" && result.Metric == metric).Ours;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"an endpoint change, {metric}: 10,000 services take {Of(10_000) / Of(100):0.00} times what 100 take"));
    }
}
