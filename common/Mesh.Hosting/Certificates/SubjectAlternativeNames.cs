using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Hosting.Certificates;

/// <summary>The names in a certificate's subjectAltName extension. Other kinds of names (directory, e-mail …) are left out.</summary>
/// <remarks>Source: RFC 5280 section 4.2.1.6. The framework's own reader has no URIs.</remarks>
public sealed record SubjectAlternativeNames(
    IReadOnlyList<string> Uris, IReadOnlyList<string> DnsNames, IReadOnlyList<IPAddress> Addresses)
{
    private const string Oid = "2.5.29.17";

    private static readonly SubjectAlternativeNames None = new([], [], []);
    private static readonly Asn1Tag DnsTag = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);
    private static readonly Asn1Tag AddressTag = new(TagClass.ContextSpecific, 7);

    /// <summary>No names when the extension is missing or cannot be parsed.</summary>
    public static SubjectAlternativeNames Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var extension = certificate.Extensions.FirstOrDefault(candidate => candidate.Oid?.Value == Oid);
        if (extension is null) return None;
        try
        {
            return Parse(extension.RawData);
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException or ArgumentException)
        {
            return None;
        }
    }

    private static SubjectAlternativeNames Parse(byte[] encoded)
    {
        List<string> uris = [], names = [];
        List<IPAddress> addresses = [];
        var sequence = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            var tag = sequence.PeekTag();
            if (tag.HasSameClassAndValue(UriTag)) uris.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
            else if (tag.HasSameClassAndValue(DnsTag)) names.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, DnsTag));
            else if (tag.HasSameClassAndValue(AddressTag)) addresses.Add(new IPAddress(sequence.ReadOctetString(AddressTag)));
            else sequence.ReadEncodedValue();
        }

        return new SubjectAlternativeNames(uris, names, addresses);
    }
}
