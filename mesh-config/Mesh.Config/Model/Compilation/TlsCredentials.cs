using System.Text;
using Mesh.Config.Resources.Core;

namespace Mesh.Config.Model.Compilation;

/// <summary>Reads the certificate of a gateway server out of Secrets of the proxy's own cluster.</summary>
/// <remarks>
/// Source: Istio, "Secure Gateways: key formats": type <c>kubernetes.io/tls</c> or generic with <c>tls.crt</c>, <c>tls.key</c>,
/// <c>ca.crt</c>, <c>ca.crl</c>, or generic with <c>cert</c>, <c>key</c>, <c>cacert</c>, <c>crl</c>; roots and revocations may be in a
/// Secret of their own with the suffix <c>-cacert</c>, which then counts.
/// </remarks>
internal static class TlsCredentials
{
    /// <param name="withRoots">Client certificates are asked for.</param>
    /// <param name="find">By name, in the namespace that holds.</param>
    /// <param name="rootsName">Name of the Secret with the roots where the server gives one; else empty.</param>
    /// <returns>Null when there is no Secret of that name.</returns>
    public static TlsCredential? Read(string name, bool withRoots, string rootsName, Func<string, Secret?> find)
    {
        if (find(name) is not { } secret) return null;
        var credential = new TlsCredential { Name = $"Secret {secret.Metadata.Namespace}/{secret.Metadata.Name}" };
        try
        {
            var generic = Has(secret, "cert") && Has(secret, "key");
            credential = credential with
            {
                Certificate = Text(secret, generic ? "cert" : "tls.crt"),
                PrivateKey = Text(secret, generic ? "key" : "tls.key"),
            };
            if (credential.Certificate.Length == 0 || credential.PrivateKey.Length == 0)
                return credential with { Problem = $"{credential.Name} has neither tls.crt and tls.key nor cert and key" };
            if (!withRoots) return credential;
            var roots = find(rootsName.Length > 0 ? rootsName : name + "-cacert") ?? secret;
            credential = credential with
            {
                CaCertificates = Text(roots, Has(roots, "cacert") ? "cacert" : "ca.crt"),
                Crl = Text(roots, Has(roots, "crl") ? "crl" : "ca.crl"),
            };
            return credential.CaCertificates.Length > 0
                ? credential
                : credential with { Problem = $"{credential.Name} has no ca.crt or cacert to know clients by, and there is no Secret {name}-cacert that has" };
        }
        catch (FormatException error)
        {
            return credential with { Problem = $"{credential.Name} is not base64: {error.Message}" };
        }
    }

    private static bool Has(Secret secret, string key) => secret.StringData.ContainsKey(key) || secret.Data.ContainsKey(key);

    /// <summary>Empty when there is none.</summary>
    private static string Text(Secret secret, string key)
    {
        if (secret.StringData.TryGetValue(key, out var plain)) return plain;
        return secret.Data.TryGetValue(key, out var coded) ? Encoding.UTF8.GetString(Convert.FromBase64String(coded)) : "";
    }
}
