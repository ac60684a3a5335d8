using System.Collections.Immutable;
using Mesh.Config.Model;

namespace Mesh.VmAgent.Registration;

/// <summary>What an agent knows about its machine and contributes to its WorkloadEntry.</summary>
/// <param name="Address">IP address without brackets.</param>
/// <param name="Agent">Name of the agent process; marks the entries it keeps.</param>
public sealed record WorkloadInstance(string Agent, string Namespace, string ServiceAccount, string Address)
{
    public string Network { get; init; } = "";
    public Locality Locality { get; init; } = Locality.Unknown;
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// Published in place of the application's ports: without traffic capture callers must dial the agent's inbound port
    /// themselves. Null publishes the template's own ports.
    /// </summary>
    public int? InboundPort { get; init; }

    public int HealthPort { get; init; } = DefaultHealthPort;

    /// <summary>Beside the entry there is a Lease that the agent renews.</summary>
    public bool IsLeased { get; init; }

    /// <summary>The machine itself, as part of a name; empty where it is told by its address alone, as in Istio.</summary>
    public string Id { get; init; } = "";

    public const int DefaultHealthPort = 15021;
}
