using System.Security.Cryptography;
using Mesh.DataPlane.Identity;
using Mesh.Istiod.Ca;
using Xunit;

namespace Mesh.Istiod.Tests.Ca;

public sealed class SigningRequestTests
{
    private static readonly SpiffeId Billing = new("cluster.local", "prod", "legacy-billing");

    [Theory]
    [InlineData("", "certificate signing request is not properly encoded")]
    [InlineData("this is not a CSR", "certificate signing request is not properly encoded")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "failed to parse X.509 certificate signing request")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n", "failed to parse X.509 certificate signing request")]
    public void Garbage_is_refused_with_istiods_text(string pem, string expected) =>
        Assert.Equal(expected, Assert.Throws<CaException>(() => SigningRequest.Parse(pem)).Message);

    [Theory]
    [InlineData(WorkloadKeyKind.EcdsaP256, "x509: ECDSA verification failure")]
    [InlineData(WorkloadKeyKind.Rsa2048, "x509: RSA verification failure")]
    public void A_request_signed_by_another_key_is_refused(WorkloadKeyKind kind, string expected)
    {
        var der = Der(CertificateSigningRequest.Create(Billing, kind).Pem);
        der[^5] ^= 1;

        Assert.Equal(expected, Assert.Throws<CaException>(() => SigningRequest.Parse(Pem(der))).Message);
    }

    [Fact]
    public void Whatever_bytes_come_they_are_parsed_or_refused_and_nothing_else_happens()
    {
        var good = Der(CertificateSigningRequest.Create(Billing, WorkloadKeyKind.EcdsaP256).Pem);
        var random = new Random(20260101);
        var accepted = 0;
        for (var round = 0; round < 2000; round++)
        {
            var der = (byte[])good.Clone();
            for (var change = random.Next(1, 4); change > 0; change--) der[random.Next(der.Length)] = (byte)random.Next(256);
            if (random.Next(10) == 0) der = der[..random.Next(der.Length)];
            try
            {
                SigningRequest.Parse(Pem(der));
                accepted++;
            }
            catch (CaException)
            {
                // Refused, which is the point.
            }
        }

        // Only where a byte was replaced by itself; a changed request must not pass.
        Assert.InRange(accepted, 0, 40);
    }

    private static byte[] Der(string pem) => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);

    private static string Pem(byte[] der) => new(PemEncoding.Write("CERTIFICATE REQUEST", der));
}
