using System.Globalization;
using Mesh.Aws.Credentials;
using Mesh.Aws.Signing;

namespace Mesh.Aws.Tokens;

/// <summary>The password of a database user that logs in with IAM, on RDS, Aurora and RDS Proxy.</summary>
/// <remarks>As <c>aws rds generate-db-auth-token</c> makes it. A connection that is open stays open when its token expires.</remarks>
public static class RdsToken
{
    /// <summary>How long a token opens connections.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const string Scheme = "https://";

    /// <param name="host">As connected to: the endpoint of the instance, cluster or proxy, no alias.</param>
    public static string Create(string host, int port, string region, string user, AwsCredentials credentials, DateTimeOffset now)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture,
            $"{Scheme}{host.ToLowerInvariant()}:{port}/?Action=connect&DBUser={Uri.EscapeDataString(user)}"));
        var signed = new SignatureV4(region, "rds-db").Presign(
            HttpMethod.Get, address, new Dictionary<string, string>(), credentials, Lifetime, now);
        return signed.AbsoluteUri[Scheme.Length..];
    }
}
