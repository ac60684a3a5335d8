using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Sources;

namespace Meshctl.Inputs;

/// <summary>Files and folders of the command line, read once: <c>FILE</c>, <c>DIR</c> or <c>-</c>, each with <c>@CLUSTER</c> if it is not the only one.</summary>
internal sealed class MeshInput
{
    /// <summary>Cluster id of istiod when none is configured.</summary>
    public const string DefaultCluster = "Kubernetes";

    private readonly SortedDictionary<string, List<FileContent>> _clusters = new(StringComparer.Ordinal);

    private MeshInput()
    {
    }

    /// <summary>What cannot be read at all, one line each; then nothing else here counts.</summary>
    public List<string> Unreadable { get; } = [];

    public IEnumerable<string> Clusters => _clusters.Keys;

    /// <summary>Findings about single files, in the order of their names.</summary>
    public IEnumerable<Diagnostic> Diagnostics => _clusters.Values.SelectMany(files => files).SelectMany(file => file.Result.Diagnostics);

    public static MeshInput Read(IEnumerable<string> arguments, TextReader standardInput, MeshYamlOptions options)
    {
        var input = new MeshInput();
        foreach (var argument in arguments)
        {
            var (path, cluster) = Split(argument);
            foreach (var file in input.FilesOf(path)) input.ReadFile(file, cluster, standardInput, options);
        }

        // The order of arguments must not decide which of two equal objects counts.
        foreach (var files in input._clusters.Values) files.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));
        return input;
    }

    /// <summary>The mesh that the input describes.</summary>
    public async Task<MeshSnapshot> CompileAsync(CancellationToken cancellationToken)
    {
        var sources = _clusters.Select(pair => new ReadOnce(pair.Key, pair.Value)).ToArray();
        // Everything is there at once: nothing to wait for.
        var model = MeshModel.Start(sources, new MeshModelOptions { Debounce = TimeSpan.Zero }, cancellationToken: cancellationToken);
        await using (model.ConfigureAwait(false)) return await model.WaitSyncedAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The last <c>@</c> separates the cluster, unless a file has it in its name.</summary>
    private static (string Path, string Cluster) Split(string argument)
    {
        var at = argument.LastIndexOf('@');
        return at <= 0 || at == argument.Length - 1 || Path.Exists(argument)
            ? (argument, DefaultCluster)
            : (argument[..at], argument[(at + 1)..]);
    }

    private List<string> FilesOf(string path)
    {
        if (path == "-" || File.Exists(path)) return [path];
        if (!Directory.Exists(path))
        {
            Unreadable.Add($"{path}: no such file or folder");
            return [];
        }

        try
        {
            var files = new List<string>();
            ListFolder(path, files);
            if (files.Count == 0) Unreadable.Add($"{path}: no *.yaml or *.yml file in the folder");
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unreadable.Add($"{path}: {e.Message}");
            return [];
        }
    }

    /// <summary>The same files as <see cref="FolderSource"/> takes.</summary>
    private static void ListFolder(string folder, List<string> files)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
        {
            var name = Path.GetFileName(entry);
            if (name.StartsWith('.')) continue;
            var attributes = File.GetAttributes(entry);
            if (attributes.HasFlag(FileAttributes.Directory))
            {
                if (!attributes.HasFlag(FileAttributes.ReparsePoint)) ListFolder(entry, files);
            }
            else if (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal))
            {
                files.Add(entry);
            }
        }
    }

    private void ReadFile(string path, string cluster, TextReader standardInput, MeshYamlOptions options)
    {
        if (!_clusters.TryGetValue(cluster, out var files)) _clusters.Add(cluster, files = []);
        if (files.Any(file => file.Path == path)) return;
        try
        {
            var text = path == "-" ? standardInput.ReadToEnd() : File.ReadAllText(path);
            var result = MeshYaml.Read(text, path, options);
            if (!result.WellFormed) Unreadable.AddRange(result.Diagnostics.Select(diagnostic => diagnostic.ToString()));
            files.Add(new FileContent(path, result));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unreadable.Add($"{path}: {e.Message}");
        }
    }

    private sealed record FileContent(string Path, MeshYamlResult Result);

    private sealed class ReadOnce(string cluster, List<FileContent> files) : IMeshSource
    {
        public string Name => $"file:{cluster}";

        public string Cluster => cluster;

        public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken)
        {
            var objects = new Dictionary<ObjectKey, MeshObject>();
            var diagnostics = files.SelectMany(file => file.Result.Diagnostics).ToList();
            foreach (var value in files.SelectMany(file => file.Result.Objects))
                if (!objects.TryAdd(ObjectKey.Of(value), value))
                    diagnostics.Add(new Diagnostic(
                        Severity.Error, "DuplicateObject",
                        $"the same object is already at {objects[ObjectKey.Of(value)].Location}; this one is ignored, remove or rename it",
                        value.Location, value.Subject));
            sink.Apply(this, new MeshChanges { Upserts = [.. objects.Values], Diagnostics = [.. diagnostics], Synced = true });
            return Task.CompletedTask;
        }
    }
}
