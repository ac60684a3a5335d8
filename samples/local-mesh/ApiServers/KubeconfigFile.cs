using Mesh.Hosting;
using YamlDotNet.RepresentationModel;

namespace Mesh.LocalMesh.ApiServers;

/// <summary>Puts kubeconfigs with one context each into one file.</summary>
internal static class KubeconfigFile
{
    /// <param name="parts">Files; the context of the first becomes the current one.</param>
    public static async Task MergeAsync(string target, IReadOnlyList<string> parts, CancellationToken cancellationToken)
    {
        YamlMappingNode? merged = null;
        foreach (var part in parts)
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(await File.ReadAllTextAsync(part, cancellationToken).ConfigureAwait(false)));
            var next = (YamlMappingNode)stream.Documents[0].RootNode;
            if (merged is null)
            {
                merged = next;
                continue;
            }

            foreach (var list in new[] { "clusters", "users", "contexts" })
            {
                foreach (var entry in (YamlSequenceNode)next[list]) ((YamlSequenceNode)merged[list]).Add(entry);
            }
        }

        var text = new StringWriter();
        new YamlStream(new YamlDocument(merged!)).Save(text, assignAnchors: false);
        await AtomicFile.WriteAsync(target, text.ToString(), AtomicFile.Secret, cancellationToken).ConfigureAwait(false);
    }
}
