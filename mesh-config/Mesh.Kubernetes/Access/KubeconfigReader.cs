using Mesh.Config.Diagnostics;
using Mesh.Config.Yaml;

namespace Mesh.Kubernetes.Access;

/// <summary>Reads kubeconfig texts and files; what is wrong is told with file, line and column.</summary>
internal static class KubeconfigReader
{
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <param name="origin">File name or what else the text is, for messages.</param>
    /// <exception cref="ClusterAccessException">The text is no kubeconfig.</exception>
    public static Kubeconfig ReadText(string text, string origin)
    {
        try
        {
            var context = new ReadContext(origin) { UnknownFields = Severity.Info };
            var documents = YamlDocuments.Parse(text);
            if (documents.Count != 1 || !Kubeconfig.Schema.TryRead(documents[0], context, out var config))
                throw new ClusterAccessException($"{origin} is not a kubeconfig: it must be one YAML document with clusters, contexts and users");
            var error = context.Diagnostics.FirstOrDefault(diagnostic => diagnostic.Severity == Severity.Error);
            return error is null ? config : throw new ClusterAccessException($"kubeconfig {error.Location}: {error.Message}");
        }
        catch (YamlSyntaxException e)
        {
            throw new ClusterAccessException($"{origin}:{e.Line}:{e.Column}: not valid YAML: {e.Message}", e);
        }
    }

    /// <param name="paths">One file, or a list in the form of the variable KUBECONFIG, in which missing files are passed over.</param>
    /// <exception cref="ClusterAccessException">A file cannot be read, or none is there.</exception>
    public static Kubeconfig ReadFiles(string paths)
    {
        var files = paths.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Kubeconfig? merged = null;
        foreach (var file in files)
        {
            if (files.Length > 1 && !File.Exists(file)) continue;
            var config = ReadText(Load(file), file).From(Path.GetFullPath(file));
            merged = merged is null ? config : merged.Then(config);
        }

        return merged ?? throw new ClusterAccessException($"there is no kubeconfig at {paths}; name one that exists, or set KUBECONFIG");
    }

    private static string Load(string file)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MaxBytes })
                throw new ClusterAccessException($"kubeconfig {file} is larger than {MaxBytes} bytes; is it the right file?");
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClusterAccessException($"cannot read kubeconfig {file}: {e.Message}", e);
        }
    }
}
