using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Gateway.Tls;

/// <summary>One certificate revocation list.</summary>
/// <remarks>Source: RFC 5280 section 5.1.</remarks>
internal sealed class RevocationList
{
    private readonly byte[] signed;
    private readonly byte[] issuer;
    private readonly string algorithm;
    private readonly byte[] signature;
    private readonly DateTimeOffset thisUpdate;
    private readonly DateTimeOffset? nextUpdate;
    private readonly FrozenSet<string> serials;

    private RevocationList(
        byte[] signed, byte[] issuer, string algorithm, byte[] signature, DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate, FrozenSet<string> serials)
    {
        this.signed = signed;
        this.issuer = issuer;
        this.algorithm = algorithm;
        this.signature = signature;
        this.thisUpdate = thisUpdate;
        this.nextUpdate = nextUpdate;
        this.serials = serials;
    }

    /// <exception cref="CryptographicException">Not a revocation list.</exception>
    public static RevocationList Read(byte[] der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            var signed = outer.PeekEncodedValue().ToArray();
            var body = outer.ReadSequence();
            var algorithm = outer.ReadSequence().ReadObjectIdentifier();
            var signature = outer.ReadBitString(out _);

            if (body.PeekTag().HasSameClassAndValue(Asn1Tag.Integer)) body.ReadInteger();
            body.ReadSequence();
            var issuer = body.ReadEncodedValue().ToArray();
            var thisUpdate = ReadTime(body);
            DateTimeOffset? nextUpdate = body.HasData && IsTime(body.PeekTag()) ? ReadTime(body) : null;
            var serials = new HashSet<string>(StringComparer.Ordinal);
            if (body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
            {
                var revoked = body.ReadSequence();
                while (revoked.HasData) serials.Add(Number(revoked.ReadSequence().ReadIntegerBytes().Span));
            }

            return new RevocationList(signed, issuer, algorithm, signature, thisUpdate, nextUpdate, serials.ToFrozenSet(StringComparer.Ordinal));
        }
        catch (AsnContentException error)
        {
            throw new CryptographicException($"the revocation list cannot be read: {error.Message}", error);
        }
    }

    /// <summary>True when it bears the name and the signature of <paramref name="authority"/>.</summary>
    public bool IsOf(X509Certificate2 authority)
    {
        if (!issuer.AsSpan().SequenceEqual(authority.SubjectName.RawData) || Hash() is not { } hash) return false;
        using var rsa = authority.GetRSAPublicKey();
        if (rsa is not null) return rsa.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1);
        using var ecdsa = authority.GetECDsaPublicKey();
        return ecdsa?.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
    }

    public bool IsValid(DateTimeOffset now) => thisUpdate <= now && !(nextUpdate < now);

    public bool Revokes(X509Certificate2 certificate) => serials.Contains(Number(certificate.SerialNumberBytes.Span));

    /// <summary>Null for what nobody should sign with any more.</summary>
    private HashAlgorithmName? Hash() => algorithm switch
    {
        "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static string Number(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes.TrimStart((byte)0));
}
