using System.Diagnostics.CodeAnalysis;

namespace Mesh.Config.Yaml;

/// <summary>A value of any shape as canonical YAML text; empty means absent.</summary>
internal sealed class RawCodec : Codec<string>
{
    public override bool TryRead(YamlValue node, ReadContext context, [MaybeNullWhen(false)] out string value)
    {
        value = YamlText.Format(Normalize(node));
        return true;
    }

    public override YamlValue Write(string value) => YamlDocuments.Parse(value) is [var root] ? Normalize(root) : YamlValue.OfText("");

    public override bool IsDefault(string value) => value.Length == 0;

    /// <summary>Text gets quotes where another reader would need them; everything else stays as it is.</summary>
    private static YamlValue Normalize(YamlValue node)
    {
        switch (node.Kind)
        {
            case YamlKind.Map:
                var map = YamlValue.Map();
                foreach (var (key, entry) in node.Entries)
                    map.Entries.Add(new YamlEntry(YamlValue.OfText(key.Text), Normalize(entry)));
                return map;
            case YamlKind.List:
                var list = YamlValue.List();
                foreach (var item in node.Items) list.Items.Add(Normalize(item));
                return list;
            default:
                return node.Type switch
                {
                    ScalarType.Text => YamlValue.OfText(node.Text),
                    ScalarType.Null => YamlValue.Scalar("null", quoted: false),
                    _ => YamlValue.Scalar(node.Text, quoted: false),
                };
        }
    }
}
