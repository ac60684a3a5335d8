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
        if (!annotations.ContainsKey(RegistrationAnnotations.Group) || !IPAddress.TryParse(entry.Spec.Address, out _)) return null;
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
        };
    }
}
