using System.Globalization;
using System.Text.Json;

namespace Mesh.Config.Tests.Istiod;

/// <summary>Endpoints as a recorded istiod answered them, in a form that can be compared as text.</summary>
internal static class RecordedEds
{
    /// <summary>By cluster name: one line per endpoint, <c>P0 region/zone address:port weight mtls|plain healthy|unset</c>.</summary>
    public static SortedDictionary<string, List<string>> Load(string path, string? stream = null)
    {
        var answers = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        foreach (var message in document.RootElement.GetProperty("events").EnumerateArray())
        {
            if (message.GetProperty("kind").GetString() != "recv") continue;
            if (message.GetProperty("type").GetString() != "ClusterLoadAssignment") continue;
            if (stream is not null && message.GetProperty("stream").GetString() != stream) continue;
            foreach (var resource in message.GetProperty("message").GetProperty("resources").EnumerateArray())
                answers.TryAdd(resource.GetProperty("clusterName").GetString()!, Describe(resource));
        }

        return answers;
    }

    private static List<string> Describe(JsonElement assignment)
    {
        var lines = new List<(int Priority, string Text)>();
        if (!assignment.TryGetProperty("endpoints", out var groups)) return [];
        foreach (var group in groups.EnumerateArray())
        {
            var priority = group.TryGetProperty("priority", out var p) ? p.GetInt32() : 0;
            var locality = LocalityOf(group);
            if (!group.TryGetProperty("lbEndpoints", out var endpoints)) continue;
            foreach (var endpoint in endpoints.EnumerateArray())
                lines.Add((priority, $"{locality} {Describe(endpoint, out _)}"));
        }

        // istiod counts empty groups in priorities; what matters to a caller is the order of those that have endpoints.
        var compact = lines.Select(line => line.Priority).Distinct().Order().ToList();
        return [.. lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"P{compact.IndexOf(line.Priority)} {line.Text}")).Order(StringComparer.Ordinal)];
    }

    private static string LocalityOf(JsonElement group)
    {
        if (!group.TryGetProperty("locality", out var locality)) return "-";
        var region = locality.TryGetProperty("region", out var r) ? r.GetString() : "";
        var zone = locality.TryGetProperty("zone", out var z) ? z.GetString() : "";
        return region!.Length == 0 ? "-" : $"{region}/{zone}";
    }

    private static string Describe(JsonElement endpoint, out int weight)
    {
        var address = endpoint.GetProperty("endpoint").GetProperty("address").GetProperty("socketAddress");
        weight = endpoint.TryGetProperty("loadBalancingWeight", out var w) ? w.GetInt32() : 1;
        var mtls = endpoint.TryGetProperty("metadata", out var metadata)
                   && metadata.GetProperty("filterMetadata").TryGetProperty("envoy.transport_socket_match", out _);
        var health = endpoint.TryGetProperty("healthStatus", out var status) ? status.GetString() : "UNKNOWN";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{address.GetProperty("address").GetString()}:{address.GetProperty("portValue").GetInt32()} {weight} {(mtls ? "mtls" : "plain")} {health}");
    }
}
