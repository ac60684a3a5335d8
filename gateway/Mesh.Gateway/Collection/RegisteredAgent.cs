using System.Globalization;
using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;

namespace Mesh.Gateway.Collection;

/// <summary>A machine that registered itself: its WorkloadEntry, and where its agent answers.</summary>
/// <param name="ConnectedAt">When it joined; a machine that joins again is another one here.</param>
public sealed record RegisteredAgent(string Namespace, string Name, string Address, int HealthPort, DateTimeOffset ConnectedAt)
{
    private const int DefaultHealthPort = 15021;

    /// <summary>
    /// False: istiod has lost the machine and will remove the entry. <see cref="ConnectedAt"/> is then when it lost it: that it joined is
    /// no longer told.
    /// </summary>
    public bool IsConnected { get; init; } = true;

    /// <summary>Of the entry; empty for the cluster's own.</summary>
    public string Network { get; init; } = "";

    /// <summary>Name of the WorkloadGroup, in the entry's namespace.</summary>
    public string Group { get; init; } = "";

    /// <summary>Who keeps the entry.</summary>
    public string Keeper { get; init; } = "";

    /// <summary>The machine itself; empty where the agent does not tell.</summary>
    public string Instance { get; init; } = "";

    /// <summary>Its keeper renews a Lease.</summary>
    public bool IsLeased { get; init; }

    /// <summary>
    /// True for the entry of a machine whose address another machine has got since: whoever answers there is that one.
    /// </summary>
    public bool IsSucceededBy(RegisteredAgent other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Network, Address, HealthPort) == (other.Network, other.Address, other.HealthPort)
            && (Namespace, Name) != (other.Namespace, other.Name) && ConnectedAt < other.ConnectedAt;
    }

    public override string ToString() => $"{Namespace}/{Name}";

    /// <summary>
    /// The machines of one network in a snapshot. Entries that were written by hand are nobody's to collect and are not
    /// among them.
    /// </summary>
    public static IReadOnlyList<RegisteredAgent> In(MeshSnapshot snapshot, string network)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return [.. snapshot.Objects<WorkloadEntry>()
            .Where(item => item.Object.Spec.Network == network)
            .Select(item => Read(item.Object))
            .OfType<RegisteredAgent>()
            .Distinct()];
    }

    /// <summary>Null for an entry that no agent keeps.</summary>
    public static RegisteredAgent? Read(WorkloadEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var annotations = entry.Metadata.Annotations;
        // An agent registers the address it listens at; host names and sockets of others' entries are nothing to probe.
        if (!annotations.TryGetValue(RegistrationAnnotations.Group, out var group) || !IPAddress.TryParse(entry.Spec.Address, out _)) return null;
        var isConnected = annotations.TryGetValue(RegistrationAnnotations.ConnectedAt, out var since);
        if (!isConnected) since = annotations.GetValueOrDefault(RegistrationAnnotations.DisconnectedAt);
        if (!DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var connectedAt)) return null;
        var isPort = int.TryParse(
            annotations.GetValueOrDefault(RegistrationAnnotations.HealthPort), NumberStyles.None, CultureInfo.InvariantCulture,
            out var port) && port is >= 1 and <= IPEndPoint.MaxPort;
        return new RegisteredAgent(
            entry.Metadata.Namespace, entry.Metadata.Name, entry.Spec.Address, isPort ? port : DefaultHealthPort, connectedAt)
        {
            IsConnected = isConnected,
            Network = entry.Spec.Network,
            Group = group,
            Keeper = annotations.GetValueOrDefault(RegistrationAnnotations.Controller, ""),
            Instance = annotations.GetValueOrDefault(RegistrationAnnotations.Instance, ""),
            IsLeased = annotations.GetValueOrDefault(RegistrationAnnotations.Leased) == "true",
        };
    }
}
