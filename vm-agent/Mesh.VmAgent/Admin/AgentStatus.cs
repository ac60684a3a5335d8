using System.Collections.Immutable;

namespace Mesh.VmAgent.Admin;

/// <summary>What <c>/status</c> tells: enough that nobody needs to log in to the machine and read logs.</summary>
public sealed record AgentStatus
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    /// <summary>Of the operating system; changes when another process takes over.</summary>
    public int ProcessId { get; } = Environment.ProcessId;

    public required bool Ready { get; init; }

    /// <summary>What is missing for readiness, one line each.</summary>
    public required ImmutableArray<string> Missing { get; init; }

    public required string Cluster { get; init; }
    public required string Network { get; init; }
    public required string Locality { get; init; }
    public required string Address { get; init; }
    public required IdentityStatus Identity { get; init; }

    /// <summary>Null when this agent registers nothing.</summary>
    public RegistrationSummary? Registration { get; init; }

    /// <summary>Null without a probe, or before its first result.</summary>
    public HealthSummary? Health { get; init; }

    public required ConfigurationStatus Configuration { get; init; }
}
