using Mesh.DataPlane.Identity;

namespace Mesh.DataPlane.Tests.Support;

public sealed class FixedIdentity(WorkloadCertificate? certificate) : IWorkloadIdentity
{
    public event Action? Changed;

    public WorkloadCertificate? Current { get; private set; } = certificate;

    public Task<WorkloadCertificate> WaitAsync(CancellationToken cancellationToken) => Task.FromResult(Current!);

    public void Replace(WorkloadCertificate? next)
    {
        Current = next;
        Changed?.Invoke();
    }
}
