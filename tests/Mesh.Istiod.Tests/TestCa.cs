using System.Security.Cryptography;
using Mesh.DataPlane.Identity;
using Mesh.Istiod.Ca;

namespace Mesh.Istiod.Tests;

/// <summary>A CA in memory's reach: a folder, the real authority on it, and certificates for any identity and time.</summary>
internal sealed class TestCa : IDisposable
{
    private TestCa(TestFolder folder, CertificateAuthority authority)
    {
        Folder = folder;
        Authority = authority;
    }

    public TestFolder Folder { get; }

    public CertificateAuthority Authority { get; }

    public string RootFile => Folder.File("root-cert.pem");

    public static async Task<TestCa> CreateAsync(
        CancellationToken cancellationToken, TimeProvider? time = null, CaLimits? limits = null)
    {
        var folder = new TestFolder();
        var authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
            folder.Path, "cluster.local", limits ?? new CaLimits(), time ?? TimeProvider.System, cancellationToken);
        return new TestCa(folder, authority);
    }

    public WorkloadCertificate Issue(string identity, long ttlSeconds = 0)
    {
        var (chain, key) = IssuePem(identity, ttlSeconds);
        return WorkloadCertificates.FromPem(string.Concat(chain), key, chain[^1]);
    }

    public (IReadOnlyList<string> Chain, string Key) IssuePem(string identity, long ttlSeconds = 0)
    {
        if (!SpiffeId.TryParse(identity, out var id)) throw new CryptographicException($"{identity} is not an identity");
        var request = CertificateSigningRequest.Create(id, WorkloadKeyKind.EcdsaP256);
        return (Authority.Issue(request.Pem, [identity], ttlSeconds), request.KeyPem);
    }

    public void Dispose()
    {
        Authority.Dispose();
        Folder.Dispose();
    }
}
