using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Api;

/// <summary>What <c>kubectl get</c> prints of an object.</summary>
internal static class TableCells
{
    public static JsonArray Columns(ResourceType type)
    {
        var columns = new JsonArray(Column("Name", "string", 0, "name"));
        foreach (var column in type.Columns) columns.Add(Column(column.Name, column.Type, column.Priority, ""));
        if (HasAge(type)) columns.Add(Column("Age", "string", 0, ""));
        return columns;
    }

    public static JsonArray Row(ResourceType type, JsonObject value, DateTimeOffset now)
    {
        var cells = new JsonArray(Metadata.Name(value));
        foreach (var column in type.Columns) cells.Add(Cell(type, column, value, now));
        if (HasAge(type)) cells.Add(Age(Json.Text(value, "metadata", "creationTimestamp"), now));
        return cells;
    }

    private static bool HasAge(ResourceType type) => type.Columns.All(column => column.Path != ".metadata.creationTimestamp");

    private static JsonObject Column(string name, string type, int priority, string format) => new()
    {
        ["name"] = name,
        ["type"] = type,
        ["format"] = format,
        ["description"] = name,
        ["priority"] = priority,
    };

    private static JsonNode? Cell(ResourceType type, PrinterColumn column, JsonObject value, DateTimeOffset now)
    {
        if (column.Path.Length == 0) return Computed(type, column.Name, value);
        var path = column.Path.Split('.', StringSplitOptions.RemoveEmptyEntries);
        if (column.Type == "date" && type.IsCustom) return Age(Json.Text(value, path), now);
        return Json.At(value, path) switch
        {
            null => type.IsCustom ? "" : "<none>",
            JsonArray list => list.ToJsonString(),
            var found => Json.Copy(found),
        };
    }

    private static JsonNode? Computed(ResourceType type, string column, JsonObject value) => (type.Kind, column) switch
    {
        ("ServiceAccount", _) => Json.Maps(value, "secrets").Count(),
        (_, "Data") => (Json.At(value, "data") as JsonObject)?.Count ?? 0,
        ("Service", "External-IP") => External(value),
        ("Service", "Port(s)") => Dash(string.Join(',', Json.Maps(value, "spec", "ports").Select(Port))),
        ("Service", "Selector") => Dash(string.Join(',', Pairs(Json.At(value, "spec", "selector")))),
        ("Pod", "Ready") => Ready(value),
        ("Node", "Status") => Json.Maps(value, "status", "conditions")
            .Any(condition => Json.Text(condition, "type") == "Ready" && Json.Text(condition, "status") == "True") ? "Ready" : "Unknown",
        ("EndpointSlice", "Ports") => Unset(string.Join(',', Json.Maps(value, "ports").Select(port => port["port"]?.ToJsonString()))),
        ("EndpointSlice", "Endpoints") => Unset(string.Join(',', Json.Maps(value, "endpoints").SelectMany(one => Json.Texts(one, "addresses")).Take(3))),
        (_, "Role") => $"{Json.Text(value, "roleRef", "kind")}/{Json.Text(value, "roleRef", "name")}",
        _ => "",
    };

    private static string External(JsonObject value)
    {
        var addresses = Json.Maps(value, "status", "loadBalancer", "ingress")
            .Select(ingress => Json.Text(ingress, "ip") ?? Json.Text(ingress, "hostname") ?? "")
            .Concat(Json.Texts(value, "spec", "externalIPs")).ToList();
        if (Json.Text(value, "spec", "type") == "ExternalName") return Json.Text(value, "spec", "externalName") ?? "<none>";
        if (addresses.Count > 0) return string.Join(',', addresses);
        return Json.Text(value, "spec", "type") == "LoadBalancer" ? "<pending>" : "<none>";
    }

    private static string Port(JsonObject port)
    {
        var node = Json.Number(port, "nodePort") is { } number ? $":{number}" : "";
        return $"{port["port"]?.ToJsonString()}{node}/{Json.Text(port, "protocol") ?? "TCP"}";
    }

    private static string Ready(JsonObject value)
    {
        var all = Json.Maps(value, "spec", "containers").Count();
        var ready = Json.Maps(value, "status", "containerStatuses").Count(status => Json.True(status, "ready"));
        return string.Create(CultureInfo.InvariantCulture, $"{ready}/{all}");
    }

    private static IEnumerable<string> Pairs(JsonNode? map) =>
        map is JsonObject found ? found.Select(pair => $"{pair.Key}={Json.Text(pair.Value)}") : [];

    private static string Dash(string text) => text.Length == 0 ? "<none>" : text;

    private static string Unset(string text) => text.Length == 0 ? "<unset>" : text;

    /// <summary>As kubectl writes durations: the larger unit, and the next one while it still matters.</summary>
    private static string Age(string? since, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from)) return "<unknown>";
        var age = now - from;
        if (age < TimeSpan.FromMinutes(2)) return $"{Math.Max(0, (int)age.TotalSeconds)}s";
        if (age < TimeSpan.FromMinutes(10)) return age.Seconds == 0 ? $"{age.Minutes}m" : $"{age.Minutes}m{age.Seconds}s";
        if (age < TimeSpan.FromHours(3)) return $"{(int)age.TotalMinutes}m";
        return age < TimeSpan.FromDays(2) ? $"{(int)age.TotalHours}h" : $"{(int)age.TotalDays}d";
    }
}
