using Mesh.Config.Registration;

namespace Mesh.VmAgent.Tests.Collection;

/// <summary>Leases in memory that a test renews.</summary>
internal sealed class MemoryLeases : IMachineLeases
{
    private readonly Dictionary<(string Namespace, string Name), MachineLease> leases = [];
    private int version;

    public bool Unreachable { get; set; }

    public int Count => leases.Count;

    public void Renew(string name, string holder) => leases[("prod", name)] =
        new MachineLease("prod", name, holder, TimeSpan.FromSeconds(40), $"{++version}");

    public Task<IReadOnlyList<MachineLease>> ListAsync(CancellationToken cancellationToken) => Unreachable
        ? throw new IOException("the server is away")
        : Task.FromResult<IReadOnlyList<MachineLease>>([.. leases.Values]);

    public Task DeleteAsync(MachineLease lease, CancellationToken cancellationToken)
    {
        leases.Remove((lease.Namespace, lease.Name));
        return Task.CompletedTask;
    }
}
