using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent.Checks;

/// <summary>A WorkloadEntry as others read it, beside what the machine is told to be.</summary>
internal static class EntryComparison
{
    /// <param name="healthy">What the agent's last probe said; null: it does not probe.</param>
    /// <returns>One phrase for each thing that differs, the entry's value first.</returns>
    public static IReadOnlyList<string> Differences(WorkloadEntry there, AgentSettings settings, bool? healthy)
    {
        var differences = new List<string>();
        void Compare(string what, string entry, string here)
        {
            if (entry != here) differences.Add($"{what} is {(entry.Length == 0 ? "not there" : entry)}, here {here}");
        }

        Compare("address", there.Spec.Address, settings.WorkloadAddress.ToString());
        Compare("serviceAccount", there.Spec.ServiceAccount, settings.ServiceAccount);
        if (settings.Network.Length > 0) Compare("network", there.Spec.Network, settings.Network);
        if (!settings.Locality.IsUnknown) Compare("locality", there.Spec.Locality, settings.Locality.ToString());
        foreach (var (name, value) in settings.Labels.Where(label => label.Key != WorkloadEntryBuilder.LegacyLocalityLabel))
            Compare($"label {name}", there.Spec.Labels.GetValueOrDefault(name, ""), value);
        foreach (var (name, port) in there.Spec.Ports)
            if (port != settings.InboundPort) differences.Add($"port {name} is {port}, and the agent answers on {settings.InboundPort}");
        if (healthy is { } here && HealthOf(there, here) is { } health) differences.Add(health);
        return differences;
    }

    private static string? HealthOf(WorkloadEntry there, bool healthy)
    {
        if (there.Metadata.Annotations.GetValueOrDefault(RegistrationAnnotations.HealthChecksEnabled) != "true") return null;
        var condition = there.Status?.Conditions.FirstOrDefault(condition => condition.Type == HealthCondition.Type);
        if (condition is null) return $"condition {HealthCondition.Type} is not there, so nobody calls this machine; here {(healthy ? "True" : "False")}";
        return condition.Status == "True" == healthy
            ? null : $"condition {HealthCondition.Type} is {condition.Status} ({condition.Message}), here {(healthy ? "True" : "False")}";
    }
}
