using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh.Bench;

/// <summary>Prints results as a table and writes them as the one JSON object that all benches have in common.</summary>
internal static class BenchReport
{
    public static void Print(IReadOnlyList<BenchResult> results)
    {
        var cases = results.GroupBy(result => result.Case);
        foreach (var group in cases)
        {
            Console.Write($"{group.Key,-26}");
            foreach (var result in group)
            {
                Console.Write(string.Create(CultureInfo.InvariantCulture, $"  {result.Metric} {result.Ours,10:0.###}"));
                foreach (var (peer, value) in result.Peers)
                    Console.Write(string.Create(CultureInfo.InvariantCulture, $" ({peer} {value:0.###})"));
            }

            Console.WriteLine();
        }
    }

    /// <param name="peerVersions">What the peers of the results are, by name.</param>
    public static void Write(
        string path, string name, IReadOnlyList<BenchResult> results, IReadOnlyDictionary<string, string>? peerVersions = null)
    {
        using var stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("at", TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        json.WriteString("machine", Machine());
        json.WriteStartObject("peer_versions");
        foreach (var (peer, version) in peerVersions ?? new Dictionary<string, string>()) json.WriteString(peer, version);
        json.WriteEndObject();
        json.WriteStartArray("results");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("case", result.Case);
            json.WriteString("metric", result.Metric);
            json.WriteString("unit", result.Unit);
            json.WriteNumber("ours", Math.Round(result.Ours, 4));
            json.WriteStartObject("peers");
            foreach (var (peer, value) in result.Peers) json.WriteNumber(peer, Math.Round(value, 4));
            json.WriteEndObject();
            json.WriteStartObject("ratio");
            foreach (var (peer, value) in result.Peers) json.WriteNumber(peer, value == 0 ? 0 : Math.Round(result.Ours / value, 4));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static string Machine()
    {
        var cpu = "unknown CPU";
        if (File.Exists("/proc/cpuinfo"))
            cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(':', 2)[1].Trim() ?? cpu;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{cpu}, {Environment.ProcessorCount} processors, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
    }
}
