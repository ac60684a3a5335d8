namespace Mesh.Kubernetes.Leases;

/// <summary>Where a Lease is kept.</summary>
public interface ILeaseStore
{
    /// <summary>Null when there is none.</summary>
    Task<LeaseRecord?> ReadAsync(CancellationToken cancellationToken);

    /// <returns>The Lease as stored; null when somebody else was faster (or made it meanwhile).</returns>
    Task<LeaseRecord?> WriteAsync(LeaseRecord record, CancellationToken cancellationToken);
}
