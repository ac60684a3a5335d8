using System.Net;
using System.Text.Json;
using Mesh.VmAgent.Cli;

namespace Mesh.VmAgent.Checks;

/// <summary>What the agent that runs on this machine says, if one does.</summary>
/// <param name="Entry"><c>NAMESPACE/NAME</c> of its WorkloadEntry; empty before it is known.</param>
/// <param name="Warning">What the agent itself sees wrong with its registration; empty for nothing.</param>
internal sealed record RunningAgent(
    string Registration, string RegistrationMessage, string Entry, string Warning, string Health, string HealthMessage, IReadOnlyList<IPEndPoint> Gateways)
{
    /// <summary>Null when none answers.</summary>
    public static async Task<RunningAgent?> AskAsync(AdminClient admin, CancellationToken cancellationToken)
    {
        try
        {
            using var status = JsonDocument.Parse(await admin.GetAsync("/status", cancellationToken).ConfigureAwait(false));
            using var clusters = JsonDocument.Parse(await admin.GetAsync("/clusters?format=json", cancellationToken).ConfigureAwait(false));
            var root = status.RootElement;
            var health = root.TryGetProperty("health", out var probed) ? probed.GetProperty("healthy").GetBoolean() ? "Healthy" : "Unhealthy" : "";
            return new RunningAgent(
                Text(root, "registration", "state"), Text(root, "registration", "message"), Text(root, "registration", "entry"), Text(root, "registration", "warning"), health, Text(root, "health", "message"), GatewaysOf(clusters.RootElement));
        }
        catch (Exception exception) when (exception is AdminException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static string Text(JsonElement root, string part, string name) =>
        root.TryGetProperty(part, out var value) && value.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";

    /// <summary>Endpoints at the port of east-west gateways.</summary>
    private static List<IPEndPoint> GatewaysOf(JsonElement clusters)
    {
        var gateways =
            from cluster in clusters.GetProperty("cluster_statuses").EnumerateArray()
            from host in cluster.GetProperty("host_statuses").EnumerateArray()
            let socket = host.GetProperty("address").GetProperty("socket_address")
            where socket.GetProperty("port_value").GetInt32() == 15443
            where IPAddress.TryParse(socket.GetProperty("address").GetString(), out _)
            select new IPEndPoint(IPAddress.Parse(socket.GetProperty("address").GetString()!), 15443);
        return [.. gateways.Distinct()];
    }
}
