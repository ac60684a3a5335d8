using System.Text;
using Mesh.Config.Diagnostics;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources;

/// <summary>Resources as YAML (or JSON, which is YAML): many documents in, objects and diagnostics out, and back.</summary>
public static class MeshYaml
{
    /// <summary>
    /// Reads all documents of a text. Never throws for what the text holds: findings are diagnostics, each with
    /// <paramref name="origin"/>, line and column. An object with an error is not in the result; the others are.
    /// </summary>
    /// <param name="origin">File name or other origin, for diagnostics.</param>
    public static MeshYamlResult Read(string text, string origin, MeshYamlOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var context = new ReadContext(origin) { UnknownFields = (options ?? MeshYamlOptions.Default).UnknownFields };
        var reader = new ResourceReader(context, options ?? MeshYamlOptions.Default);
        try
        {
            foreach (var document in YamlDocuments.Parse(text)) reader.ReadDocument(document);
        }
        catch (YamlSyntaxException e)
        {
            var diagnostic = new Diagnostic(
                Severity.Error, DiagnosticCodes.BrokenYaml, $"not valid YAML: {e.Message}",
                new SourceLocation(origin, e.Line, e.Column));
            return new MeshYamlResult { Objects = [], Diagnostics = [diagnostic], WellFormed = false };
        }

        return new MeshYamlResult
        {
            Objects = [.. reader.Objects],
            Diagnostics = [.. context.Diagnostics],
            WellFormed = true,
        };
    }

    /// <summary>One document, byte-stable: equal objects give equal bytes, and reading them back gives an equal object.</summary>
    /// <exception cref="ArgumentException">The kind is not one of this library's.</exception>
    public static string Write(MeshObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var root = YamlValue.Map();
        root.Entries.Add(new YamlEntry(YamlValue.OfText("apiVersion"), YamlValue.OfText(value.ApiVersion)));
        root.Entries.Add(new YamlEntry(YamlValue.OfText("kind"), YamlValue.OfText(value.Kind)));
        root.Entries.Add(new YamlEntry(YamlValue.OfText("metadata"), ObjectMeta.Schema.Write(value.Metadata)));
        root.Entries.AddRange(ResourceKinds.Of(value).WriteBody(value).Entries);
        return YamlText.Format(root);
    }

    /// <summary>Several documents, separated by <c>---</c>.</summary>
    public static string Write(IEnumerable<MeshObject> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var text = new StringBuilder();
        foreach (var value in values)
        {
            if (text.Length > 0) text.Append("---\n");
            text.Append(Write(value));
        }

        return text.ToString();
    }

    /// <summary>True when two objects say the same, wherever they were read and whatever their resource versions.</summary>
    public static bool Same(MeshObject left, MeshObject right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (ReferenceEquals(left, right)) return true;
        return left.Kind == right.Kind
               && left.ApiVersion == right.ApiVersion
               && ObjectMeta.Schema.Same(
                   left.Metadata with { ResourceVersion = "" }, right.Metadata with { ResourceVersion = "" })
               && ResourceKinds.Of(left).SameBody(left, right);
    }
}
