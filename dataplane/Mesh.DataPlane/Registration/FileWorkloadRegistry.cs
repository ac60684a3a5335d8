using System.Security.Cryptography;
using System.Text;
using Mesh.Config.Registration;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Hosting;

namespace Mesh.DataPlane.Registration;

/// <summary>
/// WorkloadEntries as one file each in a folder that configuration sources read. A claim is a locked file beside it: the
/// kernel takes the lock away from a process that dies, however it dies.
/// </summary>
public sealed class FileWorkloadRegistry(string folder) : IWorkloadRegistry
{
    public string Place => $"folder {folder}";

    public TimeSpan LookPeriod => TimeSpan.FromSeconds(1);

    public Task<WorkloadEntry?> FindAsync(string ns, string name, CancellationToken cancellationToken)
    {
        var path = PathOf(ns, name);
        return Reachable(() => ReadAsync(path, cancellationToken));
    }

    public Task<WorkloadEntry?> PutAsync(WorkloadEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var path = PathOf(entry.Metadata.Namespace, entry.Metadata.Name);
        return Reachable(async () =>
        {
            if (!await IsCurrentAsync(path, entry, cancellationToken).ConfigureAwait(false)) return null;
            var text = MeshYaml.Write(entry with { Metadata = entry.Metadata with { ResourceVersion = "" } });
            await AtomicFile.WriteAsync(path, text, cancellationToken: cancellationToken).ConfigureAwait(false);
            return Versioned(entry, text);
        });
    }

    public Task<bool> DeleteAsync(WorkloadEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var path = PathOf(entry.Metadata.Namespace, entry.Metadata.Name);
        return Reachable(async () =>
        {
            if (!File.Exists(path) || !await IsCurrentAsync(path, entry, cancellationToken).ConfigureAwait(false)) return false;
            File.Delete(path);
            return true;
        });
    }

    public Task<IRegistrationClaim?> TryClaimAsync(string ns, string name, string holder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, $".{FileName(ns, name)}.lock");
        return Reachable(() => Task.FromResult<IRegistrationClaim?>(FileClaim.TryTake(path, holder)));
    }

    private static async Task<WorkloadEntry?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var text = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
            return MeshYaml.Read(text, path).Objects.OfType<WorkloadEntry>().FirstOrDefault() is { } entry ? Versioned(entry, text) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A file has no version but what is in it.</summary>
    private static WorkloadEntry Versioned(WorkloadEntry entry, string text) => entry with
    {
        Metadata = entry.Metadata with { ResourceVersion = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) },
    };

    /// <summary>Between this look and what follows it somebody can still be faster; the agent that is wronged writes its entry again.</summary>
    private static async Task<bool> IsCurrentAsync(string path, WorkloadEntry entry, CancellationToken cancellationToken)
    {
        var version = entry.Metadata.ResourceVersion;
        return version.Length == 0 || (await ReadAsync(path, cancellationToken).ConfigureAwait(false))?.Metadata.ResourceVersion == version;
    }

    private static string FileName(string ns, string name)
    {
        // Both are DNS labels or subdomains in Kubernetes; anything else could leave the folder.
        Invariant.Holds(
            name.Length > 0 && ns.Length > 0 && !$"{ns}{name}".Contains('/', StringComparison.Ordinal),
            $"'{ns}' and '{name}' are names of Kubernetes objects");
        return $"workloadentry-{ns}-{name}";
    }

    private static async Task<T> Reachable<T>(Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    private string PathOf(string ns, string name) => Path.Combine(folder, FileName(ns, name) + ".yaml");
}
