using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Config.Yaml;

/// <summary>Parses a stream of YAML documents into <see cref="YamlValue"/> trees: no reflection, bounded depth and size.</summary>
internal static class YamlDocuments
{
    /// <summary>Deeper nesting is refused; no resource comes near it.</summary>
    public const int MaxDepth = 64;

    /// <summary>Nodes of one document with aliases expanded: what stops an alias bomb.</summary>
    public const int MaxNodes = 1_000_000;

    /// <exception cref="YamlSyntaxException">The text is not YAML or exceeds a limit.</exception>
    public static List<YamlValue> Parse(string text)
    {
        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            return ParseStream(parser);
        }
        catch (YamlException e)
        {
            throw new YamlSyntaxException(Explain(e), (int)e.Start.Line, (int)e.Start.Column);
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet 18.1 loses its state over some broken flow maps and says only that; its last event tells where.
            var place = parser.Current?.End ?? Mark.Empty;
            throw new YamlSyntaxException(
                "the text does not continue as it must here; look for a missing bracket, comma or quote",
                (int)place.Line, (int)place.Column);
        }
    }

    private static List<YamlValue> ParseStream(Parser parser)
    {
        var documents = new List<YamlValue>();
        parser.Consume<StreamStart>();
        while (!parser.TryConsume<StreamEnd>(out _))
        {
            parser.Consume<DocumentStart>();
            var anchors = new Dictionary<AnchorName, YamlValue>();
            documents.Add(ParseNode(parser, anchors, depth: 0));
            parser.Consume<DocumentEnd>();
        }

        return documents;
    }

    private static YamlValue ParseNode(Parser parser, Dictionary<AnchorName, YamlValue> anchors, int depth)
    {
        var next = parser.Current ?? throw new YamlSyntaxException("the text ends inside a document", 0, 0);
        var line = (int)next.Start.Line;
        var column = (int)next.Start.Column;
        if (depth > MaxDepth) throw new YamlSyntaxException($"nested deeper than {MaxDepth} levels", line, column);

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return anchors.TryGetValue(alias.Value, out var target)
                ? target
                : throw new YamlSyntaxException($"alias *{alias.Value} has no anchor before it", line, column);
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            var quoted = scalar.Style != ScalarStyle.Plain || scalar.Tag == "tag:yaml.org,2002:str";
            var value = YamlValue.Scalar(scalar.Value, quoted, line, column);
            if (!scalar.Anchor.IsEmpty) anchors[scalar.Anchor] = value;
            return value;
        }

        return parser.TryConsume<SequenceStart>(out var sequence)
            ? ParseList(parser, sequence, anchors, depth)
            : ParseMap(parser, parser.Consume<MappingStart>(), anchors, depth);
    }

    private static YamlValue ParseList(
        Parser parser, SequenceStart start, Dictionary<AnchorName, YamlValue> anchors, int depth)
    {
        var list = YamlValue.List((int)start.Start.Line, (int)start.Start.Column);
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            var item = ParseNode(parser, anchors, depth + 1);
            list.Items.Add(item);
            Grow(list, item);
        }

        // Registered after its content: an alias cannot refer to what contains it.
        if (!start.Anchor.IsEmpty) anchors[start.Anchor] = list;
        return list;
    }

    private static YamlValue ParseMap(
        Parser parser, MappingStart start, Dictionary<AnchorName, YamlValue> anchors, int depth)
    {
        var map = YamlValue.Map((int)start.Start.Line, (int)start.Start.Column);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ParseNode(parser, anchors, depth + 1);
            if (key.Kind != YamlKind.Scalar)
                throw new YamlSyntaxException("a key must be a plain name, not a map or list", key.Line, key.Column);
            var value = ParseNode(parser, anchors, depth + 1);
            map.Entries.Add(new YamlEntry(key, value));
            Grow(map, value);
        }

        if (!start.Anchor.IsEmpty) anchors[start.Anchor] = map;
        return map;
    }

    private static void Grow(YamlValue parent, YamlValue child)
    {
        parent.Size += child.Size;
        if (parent.Size > MaxNodes)
            throw new YamlSyntaxException($"the document has more than {MaxNodes} values", child.Line, child.Column);
    }

    private static string Explain(YamlException e)
    {
        var message = (e.InnerException ?? e).Message;
        // YamlDotNet puts the position in front of the text; the diagnostic carries it already.
        var end = message.IndexOf("): ", StringComparison.Ordinal);
        if (message.StartsWith('(') && end > 0) message = message[(end + 3)..];
        return message.TrimEnd('.', ' ');
    }
}
