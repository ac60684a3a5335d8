using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;
using Mesh.VmAgent.Health;

namespace Mesh.VmAgent.Registration;

/// <summary>The condition <c>Healthy</c> of a WorkloadEntry.</summary>
/// <remarks>Source: istio pilot/pkg/model/status/workloadentry.go.</remarks>
internal static class HealthCondition
{
    public const string Type = "Healthy";

    /// <summary>Reason that gateways give for a machine that is silent.</summary>
    private const string UnreachableReason = "AgentUnreachable";

    /// <summary>Other conditions stay as they are.</summary>
    public static WorkloadEntry With(WorkloadEntry entry, HealthChange change)
    {
        var others = entry.Status?.Conditions.Where(condition => condition.Type != Type).ToImmutableArray() ?? [];
        return entry with { Status = (entry.Status ?? new IstioStatus()) with { Conditions = [Of(change), .. others] } };
    }

    public static bool IsIn(WorkloadEntry entry) => entry.Status?.Conditions.Any(condition => condition.Type == Type) == true;

    /// <summary>Somebody else said that this machine is not healthy: a gateway that cannot reach it.</summary>
    public static bool IsDeniedIn(WorkloadEntry entry) =>
        entry.Status?.Conditions.Any(condition => condition is { Type: Type, Reason: UnreachableReason }) == true;

    private static IstioCondition Of(HealthChange change) => new()
    {
        Type = Type,
        Status = change.Healthy ? "True" : "False",
        Reason = change.Reason,
        Message = change.Message,
        LastProbeTime = change.At,
        LastTransitionTime = change.At,
    };
}
