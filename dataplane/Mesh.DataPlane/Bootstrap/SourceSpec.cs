namespace Mesh.DataPlane.Bootstrap;

/// <summary>One <c>--source</c>: where the configuration of one cluster is read.</summary>
/// <param name="Folder">Folder of YAML files.</param>
/// <param name="Cluster">Cluster id that its objects belong to.</param>
public sealed record SourceSpec(string Folder, string Cluster)
{
    private const string FilePrefix = "file:";

    /// <summary>Reads <c>file:DIR@CLUSTER</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right one.</exception>
    public static SourceSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.LastIndexOf('@');
        if (!text.StartsWith(FilePrefix, StringComparison.Ordinal) || at <= FilePrefix.Length || at == text.Length - 1)
            throw new FormatException($"'{text}' is not a source; write file:DIR@CLUSTER, for example file:/etc/mesh@eks-a");
        return new SourceSpec(text[FilePrefix.Length..at], text[(at + 1)..]);
    }
}
