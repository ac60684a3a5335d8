namespace Mesh.Kubernetes.Access;

/// <summary>Credentials that stand in a kubeconfig as they are.</summary>
internal sealed class FixedCredentials(ClusterCredentials credentials) : ICredentialsSource
{
    public ValueTask<ClusterCredentials> GetAsync(CancellationToken cancellationToken) => new(credentials);

    public void Reject(ClusterCredentials refused)
    {
        // There are no others.
    }
}
