using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Mesh.DataPlane.Identity;
using Mesh.Hosting.Certificates;
using Xunit;

namespace Mesh.Istiod.Tests.Ca;

/// <summary>grpcio and openssl against the local CA.</summary>
public sealed class ForeignClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Grpcio_gets_a_certificate_for_its_token_and_the_one_text_without()
    {
        Assert.SkipUnless(await HasGrpcioAsync(), "grpcio is not installed for /usr/bin/python3");
        await using var server = await TestCaServer.StartAsync(Cancel);
        var request = CertificateSigningRequest.Create(new SpiffeId("cluster.local", "any", "body"), WorkloadKeyKind.EcdsaP256);
        var csr = server.Ca.Folder.Write("request.pem", request.Pem);

        var (_, good) = await CallAsync(server, "token-of-payments", csr);
        var (_, bad) = await CallAsync(server, "token-of-nobody", csr);

        Assert.StartsWith("OK\n", good, StringComparison.Ordinal);
        using var leaf = X509Certificate2.CreateFromPem(good);
        Assert.Equal([TestCaServer.Payments], SubjectAlternativeNames.Of(leaf).Uris);
        Assert.Equal("UNAUTHENTICATED\nrequest authenticate failure\n", bad);
    }

    [Fact]
    public async Task Openssl_accepts_what_is_issued()
    {
        Assert.SkipUnless(File.Exists(Foreign.Openssl), "openssl is not installed");
        using var ca = await TestCa.CreateAsync(Cancel);
        var leaf = ca.Folder.Write("leaf.pem", ca.IssuePem(TestCaServer.Billing).Chain[0]);

        var (_, verified) = await Foreign.RunAsync(
            Foreign.Openssl, ["verify", "-purpose", "sslclient", "-CAfile", ca.RootFile, leaf], Cancel);
        var (_, text) = await Foreign.RunAsync(Foreign.Openssl, ["x509", "-in", leaf, "-noout", "-text"], Cancel);

        Assert.Contains("leaf.pem: OK", verified, StringComparison.Ordinal);
        Assert.Contains(
            $"X509v3 Subject Alternative Name: critical\n                URI:{TestCaServer.Billing}\n", text, StringComparison.Ordinal);
        Assert.Contains("Subject: \n", text, StringComparison.Ordinal);
    }

    private static async Task<bool> HasGrpcioAsync() =>
        File.Exists(Foreign.Python) && (await Foreign.RunAsync(Foreign.Python, ["-c", "import grpc"], Cancel)).Code == 0;

    private static Task<(int Code, string Output)> CallAsync(TestCaServer server, string token, string csr) => Foreign.RunAsync(
        Foreign.Python,
        [
            Path.Combine(AppContext.BaseDirectory, "Ca", "create_certificate.py"),
            server.EndPoint.Port.ToString(CultureInfo.InvariantCulture),
            server.Ca.RootFile,
            token,
            csr,
        ],
        Cancel);
}
