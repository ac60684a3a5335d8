using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.DataPlane.Identity;
using Mesh.Hosting;
using Mesh.Istiod.Ca;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mesh.Istiod.Tests.Ca;

public sealed class CertificateAuthorityFolderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_start_uses_the_ca_of_the_first()
    {
        using var folder = new TestFolder();
        using var first = await LoadAsync(folder);
        using var second = await LoadAsync(folder);

        Assert.Equal(first.RootsPem, second.RootsPem);
        Assert.Equal(AtomicFile.Secret, File.GetUnixFileMode(folder.File("ca-key.pem")));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [Theory]
    [InlineData("ca-cert.pem")]
    [InlineData("ca-key.pem")]
    [InlineData("root-cert.pem")]
    public async Task A_partial_set_is_refused_and_nothing_is_overwritten(string missing)
    {
        using var folder = new TestFolder();
        (await LoadAsync(folder)).Dispose();
        File.Delete(folder.File(missing));

        var failure = await Assert.ThrowsAsync<StartupException>(() => LoadAsync(folder));

        Assert.Contains($"{missing} missing", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File(missing)));
    }

    [Fact]
    public async Task An_expired_ca_is_refused_with_the_date()
    {
        using var folder = new TestFolder();
        (await LoadAsync(folder)).Dispose();

        var failure = await Assert.ThrowsAsync<StartupException>(
            () => LoadAsync(folder, new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(3651))));

        Assert.Contains("ca-cert.pem expired at", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_another_ca_is_refused()
    {
        using var folder = new TestFolder();
        (await LoadAsync(folder)).Dispose();
        using var other = RSA.Create(2048);
        folder.Write("ca-key.pem", other.ExportPkcs8PrivateKeyPem());

        var failure = await Assert.ThrowsAsync<StartupException>(() => LoadAsync(folder));

        Assert.Equal(ExitCodes.UnreadableInput, failure.ExitCode);
        Assert.Contains("cannot be used together", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca-cert.pem")]
    [InlineData("ca-key.pem")]
    [InlineData("root-cert.pem")]
    public async Task Garbage_in_a_file_is_refused_by_its_name(string file)
    {
        using var folder = new TestFolder();
        (await LoadAsync(folder)).Dispose();
        folder.Write(file, "garbage");

        var failure = await Assert.ThrowsAsync<StartupException>(() => LoadAsync(folder));

        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_folder_is_refused()
    {
        using var folder = new TestFolder();
        var file = folder.Write("ca", "");

        var failure = await Assert.ThrowsAsync<StartupException>(() => CertificateAuthorityFolder.LoadOrCreateAsync(
            file, "cluster.local", new CaLimits(), TimeProvider.System, Cancel));

        Assert.Contains("choose another with --dir", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugged_in_intermediate_signs_and_is_sent_between_leaf_and_root()
    {
        using var folder = new TestFolder();
        WriteIntermediate(folder);
        using var authority = await LoadAsync(folder);
        var request = CertificateSigningRequest.Create(new SpiffeId("cluster.local", "prod", "payments"), WorkloadKeyKind.EcdsaP256);

        var chain = authority.Issue(request.Pem, [TestCaServer.Payments], 0);

        Assert.Equal(3, chain.Count);
        using var leaf = X509Certificate2.CreateFromPem(chain[0]);
        using var intermediate = X509Certificate2.CreateFromPem(chain[1]);
        using var root = X509Certificate2.CreateFromPem(chain[2]);
        Assert.Equal("CN=Intermediate", intermediate.Subject);
        Assert.Equal("CN=Intermediate", leaf.Issuer);
        Assert.Equal("CN=Root", root.Subject);
        // The default is two days here, but the signer has one day left.
        Assert.Equal(intermediate.NotAfter, leaf.NotAfter);
        Assert.Equal(TestCaServer.Payments, WorkloadCertificates.FromPem(string.Concat(chain), request.KeyPem, chain[2]).Id.ToString());
    }

    [Fact]
    public async Task An_intermediate_without_its_chain_file_is_refused()
    {
        using var folder = new TestFolder();
        WriteIntermediate(folder);
        File.Delete(folder.File("cert-chain.pem"));

        var failure = await Assert.ThrowsAsync<StartupException>(() => LoadAsync(folder));

        Assert.Contains("add cert-chain.pem", failure.Message, StringComparison.Ordinal);
    }

    private static Task<CertificateAuthority> LoadAsync(TestFolder folder, TimeProvider? time = null) =>
        CertificateAuthorityFolder.LoadOrCreateAsync(folder.Path, "cluster.local", new CaLimits { DefaultTtl = TimeSpan.FromDays(2) }, time ?? TimeProvider.System, Cancel);

    private static void WriteIntermediate(TestFolder folder)
    {
        var now = DateTimeOffset.UtcNow;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = Authority("CN=Root", rootKey);
        using var root = rootRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(10));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signer = Authority("CN=Intermediate", key).Create(root, now.AddDays(-1), now.AddDays(1), [1, 2, 3]);
        folder.Write("root-cert.pem", root.ExportCertificatePem());
        folder.Write("ca-cert.pem", signer.ExportCertificatePem());
        folder.Write("cert-chain.pem", signer.ExportCertificatePem() + "\n" + root.ExportCertificatePem());
        folder.Write("ca-key.pem", key.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }
}
