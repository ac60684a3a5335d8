namespace Mesh.Config.Registration;

/// <summary>The Leases of machines. Every operation throws <see cref="IOException"/> when their place cannot be reached.</summary>
public interface IMachineLeases
{
    /// <summary>All there are, in no order.</summary>
    Task<IReadOnlyList<MachineLease>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Nothing when it is gone already.</summary>
    Task DeleteAsync(MachineLease lease, CancellationToken cancellationToken);
}
