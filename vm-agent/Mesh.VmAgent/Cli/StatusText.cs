using System.Text;
using System.Text.Json;

namespace Mesh.VmAgent.Cli;

/// <summary>The agent's admin pages as tables.</summary>
internal static class StatusText
{
    /// <summary>One line for each value of <c>/status</c>.</summary>
    public static string Table(JsonElement status)
    {
        var text = new StringBuilder();
        Append(text, "", status);
        return text.ToString();
    }

    /// <summary>One line for each endpoint of <c>/clusters</c>.</summary>
    public static string Endpoints(JsonElement clusters)
    {
        var rows = new List<(string Cluster, string Address)>();
        foreach (var cluster in clusters.GetProperty("cluster_statuses").EnumerateArray())
        {
            foreach (var host in cluster.GetProperty("host_statuses").EnumerateArray())
            {
                var socket = host.GetProperty("address").GetProperty("socket_address");
                rows.Add((cluster.GetProperty("name").GetString()!, $"{socket.GetProperty("address").GetString()}:{socket.GetProperty("port_value").GetInt32()}"));
            }
        }

        var width = rows.Count == 0 ? 0 : rows.Max(row => row.Address.Length);
        return string.Concat(rows.Select(row => $"{row.Address.PadRight(width)}  {row.Cluster}\n"));
    }

    private static void Append(StringBuilder text, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject()) Append(text, name.Length == 0 ? member.Name : $"{name}.{member.Name}", member.Value);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) Append(text, name, item);
                break;
            default:
                text.Append(name.PadRight(28)).Append(' ').Append(value.ToString()).Append('\n');
                break;
        }
    }
}
