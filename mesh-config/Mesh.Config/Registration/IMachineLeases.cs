namespace Mesh.Config.Registration;

/// <summary>The Leases of machines. Every operation throws <see cref="IOException"/> when their place cannot be reached.</summary>
public interface IMachineLeases
{
    /// <summary>All there are in a namespace, in no order.</summary>
    Task<IReadOnlyList<MachineLease>> ListAsync(string ns, CancellationToken cancellationToken);

    /// <summary>Deletes the Lease as it was listed.</summary>
    /// <returns>True when it is gone; false when it was renewed meanwhile, and stays.</returns>
    Task<bool> DeleteAsync(MachineLease lease, CancellationToken cancellationToken);
}
