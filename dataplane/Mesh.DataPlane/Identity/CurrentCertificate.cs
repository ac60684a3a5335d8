namespace Mesh.DataPlane.Identity;

/// <summary>Holds the certificate of the moment and tells others of a new one; what all identities share.</summary>
internal sealed class CurrentCertificate
{
    private readonly TaskCompletionSource<WorkloadCertificate> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkloadCertificate? current;

    public event Action? Changed;

    public WorkloadCertificate? Value => current;

    public Task<WorkloadCertificate> WaitAsync(CancellationToken cancellationToken) =>
        current is { } value ? Task.FromResult(value) : first.Task.WaitAsync(cancellationToken);

    public void Set(WorkloadCertificate certificate)
    {
        current = certificate;
        first.TrySetResult(certificate);
        Changed?.Invoke();
    }
}
