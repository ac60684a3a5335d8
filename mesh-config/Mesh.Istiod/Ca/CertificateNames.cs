using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Istiod.Ca;

/// <summary>The subjectAltName extension as istiod writes it: each name a URI, an address or a DNS name by its shape; critical.</summary>
/// <remarks>Source: istio security/pkg/pki/util/san.go.</remarks>
internal static class CertificateNames
{
    public static X509Extension Build(IEnumerable<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct())
        {
            if (name.StartsWith("spiffe://", StringComparison.Ordinal)) builder.AddUri(new Uri(name));
            else if (IPAddress.TryParse(name, out var address)) builder.AddIpAddress(address);
            else builder.AddDnsName(name);
        }

        return builder.Build(critical: true);
    }
}
