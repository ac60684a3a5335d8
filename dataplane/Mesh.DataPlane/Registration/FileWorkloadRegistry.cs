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

    public Task<WorkloadEntry?> FindAsync(string ns, string name, CancellationToken cancellationToken)
    {
        var path = PathOf(ns, name);
        return Reachable(async () =>
        {
            try
            {
                var text = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
                return MeshYaml.Read(text, path).Objects.OfType<WorkloadEntry>().FirstOrDefault();
            }
            catch (FileNotFoundException)
            {
                return null;
            }
        });
    }

    public Task PutAsync(WorkloadEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var path = PathOf(entry.Metadata.Namespace, entry.Metadata.Name);
        return Reachable(async () =>
        {
            await AtomicFile.WriteAsync(path, MeshYaml.Write(entry), cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        });
    }

    public Task<bool> DeleteAsync(string ns, string name, CancellationToken cancellationToken)
    {
        var path = PathOf(ns, name);
        return Reachable(() =>
        {
            if (!File.Exists(path)) return Task.FromResult(false);
            File.Delete(path);
            return Task.FromResult(true);
        });
    }

    public Task<IAsyncDisposable?> TryClaimAsync(string ns, string name, string holder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, $".{FileName(ns, name)}.lock");
        return Reachable(() => Task.FromResult<IAsyncDisposable?>(FileClaim.TryTake(path, holder)));
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
