using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;

namespace Mesh.Gateway.Collection;

/// <summary>The condition by which a gateway takes the entry of a dead machine out of all proxies, and off again.</summary>
internal static class UnreachableMark
{
    private const string Reason = "AgentUnreachable";

    public static bool IsOn(WorkloadEntry entry) => entry.Status?.Conditions.Any(condition => condition.Reason == Reason) == true;

    /// <param name="silence">What the agent did not do.</param>
    public static WorkloadEntry Put(WorkloadEntry entry, string silence, DateTimeOffset now)
    {
        var condition = new IstioCondition
        {
            Type = "Healthy",
            Status = "False",
            Reason = Reason,
            Message = $"the agent at {entry.Spec.Address} {silence}",
            LastProbeTime = now,
            LastTransitionTime = now,
        };
        var others = (entry.Status?.Conditions ?? []).Where(other => other.Type != condition.Type);
        var annotations = entry.Metadata.Annotations;
        // Without health checks the condition would mean nothing to those who read it.
        if (!annotations.ContainsKey(RegistrationAnnotations.HealthChecksEnabled))
        {
            annotations = annotations.SetItem(RegistrationAnnotations.HealthChecksEnabled, "true")
                .SetItem(RegistrationAnnotations.HealthChecksAdded, "true");
        }

        return entry with
        {
            Metadata = entry.Metadata with { Annotations = annotations },
            Status = (entry.Status ?? new IstioStatus()) with { Conditions = [condition, .. others] },
        };
    }

    /// <summary>As it was, but for what the agent itself said of its health: that is left to the agent to say again.</summary>
    public static WorkloadEntry TakeOff(WorkloadEntry entry)
    {
        var annotations = entry.Metadata.Annotations;
        if (annotations.ContainsKey(RegistrationAnnotations.HealthChecksAdded))
        {
            annotations = annotations.Remove(RegistrationAnnotations.HealthChecksAdded).Remove(RegistrationAnnotations.HealthChecksEnabled);
        }

        return entry with
        {
            Metadata = entry.Metadata with { Annotations = annotations },
            Status = entry.Status is null ? null : entry.Status with { Conditions = [.. entry.Status.Conditions.Where(condition => condition.Reason != Reason)] },
        };
    }
}
