using Mesh.Config.Registration;
using Mesh.Config.Yaml;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Leases;

/// <summary>Leases of machines in an API server: one beside each WorkloadEntry, known by a label.</summary>
/// <param name="client">Stays the caller's.</param>
public sealed class MachineLeases(KubeClient client) : IMachineLeases
{
    internal const string Label = "mesh-agent/machine";

    private const string Rights = "apply manifests/rbac/collector.yaml and bind its ClusterRole mesh-collector in this namespace";

    /// <inheritdoc />
    public Task<IReadOnlyList<MachineLease>> ListAsync(string ns, CancellationToken cancellationToken) =>
        ApiReach.TryAsync<IReadOnlyList<MachineLease>>(Rights, async () =>
        {
            var leases = new List<MachineLease>();
            await foreach (var item in client.Api.ListAllAsync(ApiResource.Lease, "v1", ns, Label, cancellationToken).ConfigureAwait(false))
                if (Read(ns, item) is { } lease) leases.Add(lease);
            return leases;
        });

    /// <inheritdoc />
    public Task<bool> DeleteAsync(MachineLease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var store = new KubeLeaseStore(client, lease.Namespace, lease.Name);
        return ApiReach.TryAsync(
            Rights, () => store.DeleteAsync(new LeaseRecord(lease.Holder, lease.Duration, null, null, 0, lease.Version), cancellationToken));
    }

    /// <summary>Null for what no agent has written.</summary>
    private static MachineLease? Read(string ns, YamlValue item)
    {
        var record = LeaseJson.Read(item);
        return item.Find("metadata")?.Find("name")?.Text is { Length: > 0 } name && record.Duration > TimeSpan.Zero
            ? new MachineLease(ns, name, record.Holder, record.Duration, record.ResourceVersion)
            : null;
    }
}
