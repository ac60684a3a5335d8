using Mesh.DataPlane.Identity;
using Mesh.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mesh.Istiod.Tests.Identity;

public sealed class FileWorkloadIdentityTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changed_files_are_taken_up_and_a_half_written_set_is_not()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        Write(folder, ca, TestCaServer.Billing);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var identity = Load(folder, time);
        var first = identity.Current;

        var (chain, key) = ca.IssuePem(TestCaServer.Billing);
        folder.Write("cert-chain.pem", string.Concat(chain));
        for (var tick = 0; tick < 5; tick++)
        {
            time.Advance(FileWorkloadIdentity.DefaultInterval);
            await Task.Delay(10, Cancel);
        }

        Assert.Same(first, identity.Current);
        folder.Write("key.pem", key);
        await Poll.UntilAsync(
            () =>
            {
                time.Advance(FileWorkloadIdentity.DefaultInterval);
                return identity.Current != first;
            },
            "the new certificate",
            Cancel);
    }

    [Theory]
    [InlineData("key.pem", "key.pem")]
    [InlineData("cert-chain.pem", "cert-chain.pem")]
    [InlineData("root-cert.pem", "root-cert.pem")]
    public async Task A_missing_file_is_named(string missing, string expected)
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        Write(folder, ca, TestCaServer.Billing);
        File.Delete(folder.File(missing));

        var failure = Assert.Throws<StartupException>(() => Load(folder, TimeProvider.System));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.UnreadableInput, failure.ExitCode);
    }

    [Fact]
    public async Task A_key_of_another_certificate_is_refused()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        Write(folder, ca, TestCaServer.Billing);
        folder.Write("key.pem", ca.IssuePem(TestCaServer.Billing).Key);

        var failure = Assert.Throws<StartupException>(() => Load(folder, TimeProvider.System));

        Assert.Contains("the private key does not fit the certificate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_with_its_date()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        Write(folder, ca, TestCaServer.Billing);

        var failure = Assert.Throws<StartupException>(() => Load(folder, new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(2))));

        Assert.Contains("expired at", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_without_a_mesh_identity_is_refused()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        using var serving = ca.Authority.IssueServing(["web.example.com"], TimeSpan.FromHours(1));
        folder.Write("cert-chain.pem", serving.ExportCertificatePem());
        folder.Write("root-cert.pem", ca.Authority.RootsPem);
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(serving)!;
        folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());

        var failure = Assert.Throws<StartupException>(() => Load(folder, TimeProvider.System));

        Assert.Contains("carries no mesh identity", failure.Message, StringComparison.Ordinal);
    }

    private static FileWorkloadIdentity Load(TestFolder folder, TimeProvider time) =>
        FileWorkloadIdentity.Load(folder.Path, time, NullLogger<FileWorkloadIdentity>.Instance);

    private static void Write(TestFolder folder, TestCa ca, string identity)
    {
        var (chain, key) = ca.IssuePem(identity);
        folder.Write("cert-chain.pem", string.Concat(chain));
        folder.Write("key.pem", key);
        folder.Write("root-cert.pem", chain[^1]);
    }
}
