using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Resources;
using Mesh.Hosting;

namespace Mesh.Kubernetes.LastKnown;

/// <summary>What was last read of one cluster, in a file that only its owner reads.</summary>
public sealed class LastKnownFile
{
    private const string Ending = ".yaml";
    private const string Head = "# as of ";

    private readonly string _path;

    /// <param name="folder">Is made when there is something to keep.</param>
    public LastKnownFile(string folder, string cluster)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(cluster);
        Cluster = cluster;
        // Names of clusters are anything at all, those of files are not.
        _path = Path.Combine(folder, Uri.EscapeDataString(cluster) + Ending);
    }

    public string Cluster { get; }

    /// <summary>Clusters of which something is kept, in order.</summary>
    public static ImmutableArray<string> ClustersIn(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder, "*" + Ending).Select(path => Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(path))).Order(StringComparer.Ordinal)]
        : [];

    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public async Task SaveAsync(IEnumerable<MeshObject> objects, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objects);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var text = $"{Head}{at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}\n{MeshYaml.Write(objects)}";
        await AtomicFile.WriteAsync(_path, text, AtomicFile.Secret, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Null when nothing was kept, or not all of it can be understood: a part may lack the policy that forbids the rest.</summary>
    public (ImmutableArray<MeshObject> Objects, DateTimeOffset At)? Load()
    {
        string text;
        try
        {
            text = File.ReadAllText(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0 || !text.StartsWith(Head, StringComparison.Ordinal)
            || !DateTimeOffset.TryParse(text.AsSpan(Head.Length, end - Head.Length), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return null;
        }

        var read = MeshYaml.Read(text, _path);
        return read.WellFormed && !read.HasErrors ? (read.Objects, at) : null;
    }

    /// <summary>The cluster is no longer one of the mesh.</summary>
    public void Forget()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Tried again when the cluster is next found to be gone.
        }
    }
}
