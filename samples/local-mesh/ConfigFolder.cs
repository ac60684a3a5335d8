using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Mesh.LocalMesh;

/// <summary>
/// Makes the config folder of a cluster from the manifests and overlays: a document of an overlay replaces the earlier
/// document of the same kind, namespace and name; the rest is taken over as it stands.
/// </summary>
internal static partial class ConfigFolder
{
    /// <param name="overlays">Folders, each of which takes the place of what came before it.</param>
    public static void Write(
        Layout layout, string cluster, IReadOnlyList<string> overlays, IReadOnlyDictionary<string, string> placeholders)
    {
        var documents = Documents(layout.Manifests).ToList();
        foreach (var overlay in overlays)
        {
            var more = new[] { "common", cluster }.Select(part => Path.Combine(overlay, part)).Where(Directory.Exists).SelectMany(Documents)
                .Select(document => document with { Text = Fill(document, placeholders) })
                .ToList();
            var replaced = more.Select(document => document.Identity).ToHashSet();
            documents.RemoveAll(document => replaced.Contains(document.Identity));
            documents.AddRange(more);
        }

        var folder = Path.Combine(layout.Config, cluster);
        Directory.CreateDirectory(folder);
        foreach (var file in documents.GroupBy(document => document.Target))
        {
            var text = string.Join("---\n", file.Select(document => document.Text));
            File.WriteAllText(Path.Combine(folder, file.Key), text, new UTF8Encoding(false));
        }
    }

    /// <summary>The documents of a folder's files, each as text, in the order of the files.</summary>
    public static IEnumerable<string> Read(string folder) =>
        Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
            .SelectMany(file => Separator().Split(File.ReadAllText(file)))
            .Where(text => text.Split('\n').Any(line => line.Trim().Length > 0 && !line.TrimStart().StartsWith('#')));

    private static IEnumerable<Document> Documents(string folder)
    {
        if (!Directory.Exists(folder)) throw new LocalMeshException($"{folder} does not exist; is the checkout complete?");
        foreach (var file in Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories)
                     .Where(IsMeshManifest).Order(StringComparer.Ordinal))
        {
            var origin = Path.GetFileName(Path.GetDirectoryName(file)) + "-" + Path.GetFileName(file);
            foreach (var text in Separator().Split(File.ReadAllText(file)).Where(text => text.Trim().Length > 0))
                yield return new Document(origin, Identify(text, file), text.TrimStart('\n'));
        }
    }

    /// <summary>Helm templates, CloudFormation and the like live in manifests/ too; they are not mesh resources.</summary>
    private static bool IsMeshManifest(string file) =>
        !file.Contains("helmchart", StringComparison.Ordinal) &&
        !file.Contains($"{Path.DirectorySeparatorChar}aws{Path.DirectorySeparatorChar}", StringComparison.Ordinal) &&
        !file.Contains($"{Path.DirectorySeparatorChar}rbac{Path.DirectorySeparatorChar}", StringComparison.Ordinal) &&
        !file.Contains($"{Path.DirectorySeparatorChar}observability{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    private static string Identify(string text, string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        var metadata = (YamlMappingNode)root["metadata"];
        var space = metadata.Children.TryGetValue("namespace", out var node) ? node.ToString() : "";
        // Versions of a kind are one object, groups are not.
        var group = root["apiVersion"].ToString().Split('/') is [var name, _] ? name : "";
        return root.Children.ContainsKey("kind")
            ? $"{group}/{root["kind"]}/{space}/{metadata["name"]}"
            : throw new LocalMeshException($"{file}: a document has no kind.");
    }

    private static string Fill(Document document, IReadOnlyDictionary<string, string> placeholders) =>
        Placeholder().Replace(document.Text, match =>
            placeholders.TryGetValue(match.Groups[1].Value, out var value)
                ? value
                : throw new LocalMeshException($"{document.Target}: the placeholder {match.Value} has no value."));

    [GeneratedRegex(@"^---[ \t]*\n", RegexOptions.Multiline)]
    private static partial Regex Separator();

    [GeneratedRegex(@"\$\{([A-Z0-9_]+)\}")]
    private static partial Regex Placeholder();

    private sealed record Document(string Target, string Identity, string Text);
}
