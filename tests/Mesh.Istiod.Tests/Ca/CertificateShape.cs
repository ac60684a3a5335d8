using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Mesh.Istiod.Tests.Ca;

/// <summary>A certificate as text without what differs from one to the next: serial, times, keys, signature.</summary>
internal static class CertificateShape
{
    private const string AuthorityKeyOid = "2.5.29.35";
    private const string SubjectKeyOid = "2.5.29.14";

    public static string Of(X509Certificate2 certificate)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"version {certificate.Version}\n");
        text.Append(CultureInfo.InvariantCulture, $"signed with {certificate.SignatureAlgorithm.Value}\n");
        text.Append(CultureInfo.InvariantCulture, $"issuer {Convert.ToHexString(certificate.IssuerName.RawData)}\n");
        text.Append(CultureInfo.InvariantCulture, $"subject {Subject(certificate)}\n");
        text.Append(CultureInfo.InvariantCulture, $"valid for {certificate.NotAfter - certificate.NotBefore}\n");
        text.Append(CultureInfo.InvariantCulture, $"key {certificate.PublicKey.Oid.Value}\n");
        text.Append(CultureInfo.InvariantCulture, $"serial of 120 bits or more {certificate.SerialNumberBytes.Length >= 15}\n");
        foreach (var extension in certificate.Extensions)
            text.Append(CultureInfo.InvariantCulture, $"extension {extension.Oid!.Value} critical {extension.Critical} {Value(extension)}\n");
        return text.ToString();
    }

    /// <summary>Types and texts, because Go and .NET choose other string types.</summary>
    private static string Subject(X509Certificate2 certificate) => string.Join(", ", certificate.SubjectName
        .EnumerateRelativeDistinguishedNames()
        .Select(name => $"{name.GetSingleElementType().Value}={name.GetSingleElementValue()}"));

    private static string Value(X509Extension extension) => extension.Oid!.Value switch
    {
        // The identifier is a hash of the issuer's key; only its form is compared.
        AuthorityKeyOid => $"of {new X509AuthorityKeyIdentifierExtension(extension.RawData).KeyIdentifier?.Length} bytes, {new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence().PeekTag()}",
        SubjectKeyOid => $"of {extension.RawData.Length} bytes",
        _ => Convert.ToHexString(extension.RawData),
    };
}
