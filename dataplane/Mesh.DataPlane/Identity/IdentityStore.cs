using System.Security.Cryptography;
using Mesh.Hosting;

namespace Mesh.DataPlane.Identity;

/// <summary>
/// Key, certificate and roots of a workload between two lives of its process. Key and chain are one file, so that a crash between
/// two writes cannot part them.
/// </summary>
public sealed class IdentityStore(string folder)
{
    public const string IdentityFile = "identity.pem";
    public const string RootFile = "root-cert.pem";

    private readonly string identity = Path.Combine(folder, IdentityFile);
    private readonly string roots = Path.Combine(folder, RootFile);

    /// <exception cref="IOException">The folder is missing, full or not writable.</exception>
    public async Task SaveAsync(string chainPem, string keyPem, string rootsPem, CancellationToken cancellationToken)
    {
        await AtomicFile.WriteAsync(roots, rootsPem, AtomicFile.Secret, cancellationToken).ConfigureAwait(false);
        await AtomicFile.WriteAsync(identity, keyPem.TrimEnd() + "\n" + chainPem, AtomicFile.Secret, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What was kept, and when it had arrived by this machine's clock; null when nothing was.</summary>
    /// <exception cref="IOException">Not readable.</exception>
    /// <exception cref="CryptographicException">Not usable, as after a change by hand.</exception>
    public (WorkloadCertificate Certificate, DateTimeOffset Arrived)? Load()
    {
        if (!File.Exists(identity) || !File.Exists(roots)) return null;
        var text = File.ReadAllText(identity);
        return (WorkloadCertificates.FromPem(text, text, File.ReadAllText(roots)), File.GetLastWriteTimeUtc(identity));
    }
}
