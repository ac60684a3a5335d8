using System.Buffers.Text;
using System.Text;
using Mesh.Aws.Credentials;
using Mesh.Aws.Signing;

namespace Mesh.Aws.Tokens;

/// <summary>The bearer token of the Kubernetes API of an EKS cluster: a signed request to STS that says who the caller is.</summary>
/// <remarks>As <c>aws eks get-token</c> makes it; aws-iam-authenticator documents the form.</remarks>
public static class EksToken
{
    /// <summary>How long a cluster accepts a token. Make a new one some time before.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(14);

    private const string Prefix = "k8s-aws-v1.";
    private static readonly TimeSpan SignatureLifetime = TimeSpan.FromSeconds(60);

    /// <param name="sts">STS in the cluster's region, e.g. <c>https://sts.eu-west-1.amazonaws.com/</c>.</param>
    /// <param name="cluster">The cluster's name.</param>
    public static string Create(Uri sts, string region, string cluster, AwsCredentials credentials, DateTimeOffset now)
    {
        var address = new Uri(sts, "/?Action=GetCallerIdentity&Version=2011-06-15");
        var headers = new Dictionary<string, string> { ["x-k8s-aws-id"] = cluster };
        var signed = new SignatureV4(region, "sts").Presign(HttpMethod.Get, address, headers, credentials, SignatureLifetime, now);
        return Prefix + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(signed.AbsoluteUri));
    }
}
