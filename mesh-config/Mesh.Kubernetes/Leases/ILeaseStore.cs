namespace Mesh.Kubernetes.Leases;

/// <summary>Where a Lease is kept.</summary>
public interface ILeaseStore
{
    /// <summary>Null when there is none.</summary>
    Task<LeaseRecord?> ReadAsync(CancellationToken cancellationToken);

    /// <returns>The Lease as stored; null when somebody else was faster (or made it meanwhile).</returns>
    Task<LeaseRecord?> WriteAsync(LeaseRecord record, CancellationToken cancellationToken);

    /// <summary>Deletes the Lease as it was read.</summary>
    /// <returns>True when it is gone; false when it was changed meanwhile, and stays.</returns>
    Task<bool> DeleteAsync(LeaseRecord record, CancellationToken cancellationToken);
}
