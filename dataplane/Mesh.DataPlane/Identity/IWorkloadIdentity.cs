namespace Mesh.DataPlane.Identity;

/// <summary>The identity this process speaks with. Certificates are swapped live; open connections keep theirs.</summary>
public interface IWorkloadIdentity
{
    /// <summary>Null until the first certificate arrived: no mTLS call is made and none accepted before.</summary>
    WorkloadCertificate? Current { get; }

    /// <summary>Raised after <see cref="Current"/> changed. Handlers must be quick and must not throw.</summary>
    event Action? Changed;

    /// <summary>Completes with the first certificate.</summary>
    Task<WorkloadCertificate> WaitAsync(CancellationToken cancellationToken);
}
