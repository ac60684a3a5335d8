using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Kubernetes.Access;

/// <summary>Reads certificates with their keys, and certificate authorities.</summary>
internal static class ClientCertificate
{
    /// <summary>How often files are looked at again.</summary>
    private static readonly TimeSpan ReadAgain = TimeSpan.FromMinutes(1);

    public static X509Certificate2 FromPem(string certificate, string key, string origin)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ClusterAccessException($"{origin}: the client certificate and its key cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Files that somebody renews, as the kubelet does its own.</summary>
    public static ICredentialsSource FromFiles(Func<string> certificate, Func<string> key, string? authorization, string origin, TimeProvider time) =>
        new RenewedCredentials(
            _ => Task.FromResult<(ClusterCredentials, DateTimeOffset?, DateTimeOffset?)>((
                new ClusterCredentials { Authorization = authorization, Certificate = FromPem(certificate(), key(), origin) },
                time.GetUtcNow() + ReadAgain, null)),
            time);

    /// <exception cref="ClusterAccessException">There is no certificate in the text.</exception>
    public static X509Certificate2Collection Authorities(string pem, string origin)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new ClusterAccessException($"{origin}: the certificate authority cannot be read: {e.Message}", e);
        }

        return authorities.Count > 0 ? authorities : throw new ClusterAccessException($"{origin}: there is no PEM certificate in the certificate authority");
    }
}
