namespace Mesh.Kubernetes.Access;

/// <summary>Gives the credentials for a cluster, fetching them anew when they are about to end. Thread-safe.</summary>
public interface ICredentialsSource
{
    /// <exception cref="ClusterAccessException">There are none; the message says what to do.</exception>
    ValueTask<ClusterCredentials> GetAsync(CancellationToken cancellationToken);

    /// <summary>The API server refused these (401): the next call must not give them again if there can be others.</summary>
    void Reject(ClusterCredentials refused);
}
