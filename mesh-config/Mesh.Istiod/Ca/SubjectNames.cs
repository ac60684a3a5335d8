using System.Buffers;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Istiod.Ca;

/// <summary>Distinguished names encoded as Go does it: PrintableString where the text allows it, else UTF8String.</summary>
/// <remarks>
/// Names of issuers are compared byte by byte by some verifiers, so a CA moved between istiod and here must not change its
/// encoding. Source: encoding/asn1 isPrintable.
/// </remarks>
internal static class SubjectNames
{
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganizationOid = "2.5.4.10";

    private static readonly SearchValues<char> Printable = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?*&");

    public static X500DistinguishedName Organization(string name) => Single(OrganizationOid, name);

    public static X500DistinguishedName CommonName(string name) => Single(CommonNameOid, name);

    public static X500DistinguishedName Empty() => new X500DistinguishedNameBuilder().Build();

    private static X500DistinguishedName Single(string oid, string text)
    {
        var builder = new X500DistinguishedNameBuilder();
        var printable = !text.AsSpan().ContainsAnyExcept(Printable);
        builder.Add(oid, text, printable ? UniversalTagNumber.PrintableString : UniversalTagNumber.UTF8String);
        return builder.Build();
    }
}
