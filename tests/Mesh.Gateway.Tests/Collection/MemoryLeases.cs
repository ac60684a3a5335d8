using Mesh.Config.Registration;

namespace Mesh.Gateway.Tests.Collection;

/// <summary>Leases in memory that a test renews.</summary>
internal sealed class MemoryLeases : IMachineLeases
{
    private readonly Dictionary<(string Namespace, string Name), MachineLease> leases = [];
    private int version;

    public bool Unreachable { get; set; }

    public int Count => leases.Count;

    /// <summary>Done just before a Lease would be deleted.</summary>
    public Action<MachineLease>? BeforeDelete { get; set; }

    public void Renew(string name, string holder, int seconds = 40) => leases[("prod", name)] =
        new MachineLease("prod", name, holder, TimeSpan.FromSeconds(seconds), $"{++version}");

    public void Remove(string name) => leases.Remove(("prod", name));

    public Task<IReadOnlyList<MachineLease>> ListAsync(string ns, CancellationToken cancellationToken) =>
        Unreachable
            ? throw new IOException("the server is away")
            : Task.FromResult<IReadOnlyList<MachineLease>>([.. leases.Values.Where(lease => lease.Namespace == ns)]);

    public Task<bool> DeleteAsync(MachineLease lease, CancellationToken cancellationToken)
    {
        BeforeDelete?.Invoke(lease);
        if (leases.TryGetValue((lease.Namespace, lease.Name), out var there) && there.Version != lease.Version) return Task.FromResult(false);
        leases.Remove((lease.Namespace, lease.Name));
        return Task.FromResult(true);
    }
}
