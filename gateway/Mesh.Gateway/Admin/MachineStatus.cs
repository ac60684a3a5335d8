using System.Text.Json;

namespace Mesh.Gateway.Admin;

/// <summary>One registered machine in <c>/machines</c>.</summary>
internal sealed record MachineStatus
{
    /// <summary><c>namespace/name</c> of the WorkloadEntry.</summary>
    public required string Entry { get; init; }

    public required string Cluster { get; init; }
    public required string Group { get; init; }
    public required string Network { get; init; }
    public required string Address { get; init; }

    /// <summary>Empty where the agent does not tell.</summary>
    public required string Instance { get; init; }

    public required string Keeper { get; init; }

    /// <summary>When it joined, or when istiod lost it.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary><c>ready</c>, <c>not ready</c>, <c>silent</c>, or <c>not probed</c>.</summary>
    public required string Probe { get; init; }

    /// <summary>Probes in a row that were not answered with ready.</summary>
    public required int Missed { get; init; }

    /// <summary>Whether this gateway has taken it out of its own traffic.</summary>
    public required bool Down { get; init; }

    /// <summary><c>renewed</c>, <c>unknown</c>, <c>run out</c> or <c>missing</c>; null where this gateway does not look at Leases.</summary>
    public string? Lease { get; init; }

    public double? LeaseAgeSeconds { get; init; }
    public double? LeaseDurationSeconds { get; init; }

    /// <summary>As the entry says: <c>True</c>, <c>False</c>, or null without a condition.</summary>
    public string? Healthy { get; init; }

    public string? HealthyReason { get; init; }
    public string? HealthyMessage { get; init; }
    public DateTimeOffset? HealthySince { get; init; }

    /// <summary>What the agent tells of itself.</summary>
    public JsonElement? Agent { get; init; }

    /// <summary>What is about to be done, or is not done, and why; null when all is well.</summary>
    public string? Plan { get; init; }

    /// <summary>When the entry is deleted unless the machine is heard of.</summary>
    public DateTimeOffset? DeleteAt { get; init; }
}
