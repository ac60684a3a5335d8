using Mesh.Aws;
using Mesh.Aws.Credentials;
using Mesh.Aws.Tokens;

namespace Mesh.Kubernetes.Access;

/// <summary>Tokens for the API server of an EKS cluster, from AWS credentials and without a program.</summary>
public static class EksCredentials
{
    /// <summary>Well before the server refuses it: a watch that begins now should not end for that.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(10);

    /// <param name="cluster">Name of the EKS cluster.</param>
    /// <param name="region">Its region.</param>
    public static ICredentialsSource Open(
        string cluster, string region, AwsEnvironment environment, IAwsCredentialsProvider provider, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new RenewedCredentials(
            async cancellationToken =>
            {
                try
                {
                    var keys = await provider.GetAsync(cancellationToken).ConfigureAwait(false);
                    var now = time.GetUtcNow();
                    var token = EksToken.Create(environment.Endpoint("sts", region), region, cluster, keys, now);
                    // A token is worth no more than the keys that signed it.
                    return (ClusterCredentials.Bearer(token), Earlier(now + Renewal, keys.Expiration), Earlier(now + EksToken.Lifetime, keys.Expiration));
                }
                catch (AwsCredentialsException e)
                {
                    throw new ClusterAccessException($"no token for EKS cluster {cluster}: {e.Message}", e);
                }
            },
            time);
    }

    /// <summary>The region that the address of an EKS API server tells: <c>ID.gr7.REGION.eks.amazonaws.com</c>. Null for others.</summary>
    public static string? RegionOf(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        var labels = server.Host.Split('.');
        var eks = Array.IndexOf(labels, "eks");
        return eks > 0 && eks + 1 < labels.Length && labels[eks + 1] == "amazonaws" ? labels[eks - 1] : null;
    }

    private static DateTimeOffset Earlier(DateTimeOffset time, DateTimeOffset? other) => other < time ? other.Value : time;
}
