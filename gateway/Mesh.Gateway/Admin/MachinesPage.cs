using System.Globalization;
using System.Text;
using System.Text.Json;
using Mesh.Config.Model;
using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;
using Mesh.Gateway.Collection;
using Mesh.Hosting.Admin;

namespace Mesh.Gateway.Admin;

/// <summary>
/// <c>/machines</c>: every registered machine of the gateway's network, and those whose Leases it looks at, with all that is known of it and what
/// is about to be done; text, or <c>?format=json</c>.
/// </summary>
internal sealed class MachinesPage(
    Func<MeshSnapshot?> snapshot, string cluster, string network, AgentProber prober, CollectionBoard board, CollectionMetrics metrics, TimeProvider time)
{
    private static readonly string[] Columns = ["ENTRY", "ADDRESS", "PROBE", "LEASE", "HEALTHY", "AGENT", "PLAN"];

    public Task AnswerAsync(HttpContext context)
    {
        var list = Read();
        if (context.Request.Query["format"] != "json") return AdminSite.TextAsync(context, StatusCodes.Status200OK, Text(list));
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, list, AdminJson.Default.MachineList, context.RequestAborted);
    }

    /// <summary>As of now, ordered by entry.</summary>
    internal MachineList Read()
    {
        var leases = board.Leases;
        var plans = board.Plans;
        var observations = prober.Observations.ToDictionary(seen => seen.Agent);
        var machines = (snapshot()?.Objects<WorkloadEntry>() ?? [])
            .Select(item => (item.Cluster, Entry: item.Object, Agent: RegisteredAgent.Read(item.Object)))
            .Where(item => item.Agent is { } agent && (agent.Network == network || (item.Cluster == cluster && leases is not null && agent.IsLeased)))
            .Select(item => Status(item.Cluster, item.Entry, item.Agent!))
            .OrderBy(machine => machine.Entry, StringComparer.Ordinal);
        return new MachineList(metrics.Leads, board.Leader(), metrics.Suspended, [.. machines]);

        MachineStatus Status(string origin, WorkloadEntry entry, RegisteredAgent agent)
        {
            var seen = observations.GetValueOrDefault(agent);
            var view = origin == cluster ? leases?.GetValueOrDefault((agent.Namespace, agent.Name)) : null;
            var healthy = entry.Status?.Conditions.FirstOrDefault(condition => condition.Type == "Healthy");
            var plan = plans.GetValueOrDefault(agent);
            return new MachineStatus
            {
                Entry = agent.ToString(),
                Cluster = origin,
                Group = agent.Group,
                Network = agent.Network,
                Address = agent.Address,
                Instance = agent.Instance,
                Keeper = agent.Keeper,
                Since = agent.ConnectedAt,
                Probe = seen switch { null => "not probed", { NotReady: 0 } => "ready", { Silent: 0 } => "not ready", _ => "silent" },
                Missed = seen?.NotReady ?? 0,
                Down = seen?.IsDown == true,
                Lease = view is null ? null : view.Lease.Version.Length == 0 ? "missing" : StateOf(view.State),
                LeaseAgeSeconds = view?.Age.TotalSeconds,
                LeaseDurationSeconds = view?.Lease.Duration.TotalSeconds,
                Healthy = healthy?.Status,
                HealthyReason = healthy?.Reason,
                HealthyMessage = healthy?.Message,
                HealthySince = healthy?.LastTransitionTime,
                Agent = SummaryOf(entry),
                Plan = plan?.Why,
                DeleteAt = plan?.DeleteAt,
            };
        }
    }

    private static string StateOf(LeaseState state) => state switch
    {
        LeaseState.Renewed => "renewed",
        LeaseState.RunOut => "run out",
        _ => "unknown",
    };

    /// <summary>Null without one, or when somebody wrote something else there.</summary>
    private static JsonElement? SummaryOf(WorkloadEntry entry)
    {
        if (!entry.Metadata.Annotations.TryGetValue(RegistrationAnnotations.Summary, out var text)) return null;
        try
        {
            using var summary = JsonDocument.Parse(text);
            return summary.RootElement.ValueKind == JsonValueKind.Object ? summary.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Text(MachineList list)
    {
        var lines = list.Machines.Select(machine => new[]
        {
            machine.Entry,
            machine.Address,
            machine.Missed > 0 ? $"{machine.Probe} ({machine.Missed})" : machine.Probe,
            machine.Lease is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{machine.Lease} ({machine.LeaseAgeSeconds:0} of {machine.LeaseDurationSeconds:0} s)"),
            machine.Healthy is null ? "-" : machine.Healthy == "True" ? "True" : $"{machine.Healthy} ({machine.HealthyReason})",
            AgentText(machine.Agent),
            PlanText(machine),
        }).Prepend(Columns).ToArray();
        var widths = Enumerable.Range(0, Columns.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
        if (list.Suspended) text.Append("nothing is collected: too many machines are silent together\n");
        if (list.Leader.Length > 0) text.Append(list.Leads ? "this gateway cleans up by Leases\n" : $"{list.Leader} cleans up by Leases\n");
        return text.ToString();
    }

    private static string AgentText(JsonElement? agent)
    {
        if (agent is not { } summary) return "-";
        return TextOf("problem") is { Length: > 0 } problem ? problem : TextOf("version") is { Length: > 0 } version ? version : "-";

        string TextOf(string name) =>
            summary.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
    }

    private string PlanText(MachineStatus machine)
    {
        if (machine.Plan is null) return "-";
        if (machine.DeleteAt is not { } at) return machine.Plan;
        var left = at - time.GetUtcNow();
        return string.Create(CultureInfo.InvariantCulture, $"{machine.Plan}; in {Math.Max(0, Math.Ceiling(left.TotalSeconds)):0} s");
    }
}
