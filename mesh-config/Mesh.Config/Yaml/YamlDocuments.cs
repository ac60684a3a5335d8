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

    /// <param name="place">Where the text stands, when it is a part of another one.</param>
    /// <exception cref="YamlSyntaxException">The text is not YAML or exceeds a limit.</exception>
    public static List<YamlValue> Parse(string text, YamlPlace place = default)
    {
        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        var source = new Source(text, place);
        try
        {
            return ParseStream(parser, source);
        }
        catch (YamlException e)
        {
            var (line, column) = place.Of(e.Start);
            throw new YamlSyntaxException(Explain(e), line, column);
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet 18.1 loses its state over some broken flow maps and says only that; its last event tells where.
            var (line, column) = place.Of(parser.Current?.End ?? Mark.Empty);
            throw new YamlSyntaxException(
                "the text does not continue as it must here; look for a missing bracket, comma or quote", line, column);
        }
    }

    private static List<YamlValue> ParseStream(Parser parser, Source source)
    {
        var documents = new List<YamlValue>();
        parser.Consume<StreamStart>();
        while (!parser.TryConsume<StreamEnd>(out _))
        {
            parser.Consume<DocumentStart>();
            var anchors = new Dictionary<AnchorName, YamlValue>();
            documents.Add(ParseNode(parser, source, anchors, depth: 0));
            parser.Consume<DocumentEnd>();
        }

        return documents;
    }

    private static YamlValue ParseNode(
        Parser parser, Source source, Dictionary<AnchorName, YamlValue> anchors, int depth)
    {
        var next = parser.Current ?? throw new YamlSyntaxException("the text ends inside a document", 0, 0);
        var (line, column) = source.Place.Of(next.Start);
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
            value.Content = source.PlaceInside(scalar, line, column);
            if (!scalar.Anchor.IsEmpty) anchors[scalar.Anchor] = value;
            return value;
        }

        return parser.TryConsume<SequenceStart>(out var sequence)
            ? ParseList(parser, source, sequence, anchors, depth)
            : ParseMap(parser, source, parser.Consume<MappingStart>(), anchors, depth);
    }

    private static YamlValue ParseList(
        Parser parser, Source source, SequenceStart start, Dictionary<AnchorName, YamlValue> anchors, int depth)
    {
        var (line, column) = source.Place.Of(start.Start);
        var list = YamlValue.List(line, column);
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            var item = ParseNode(parser, source, anchors, depth + 1);
            list.Items.Add(item);
            Grow(list, item);
        }

        // Registered after its content: an alias cannot refer to what contains it.
        if (!start.Anchor.IsEmpty) anchors[start.Anchor] = list;
        return list;
    }

    private static YamlValue ParseMap(
        Parser parser, Source source, MappingStart start, Dictionary<AnchorName, YamlValue> anchors, int depth)
    {
        var (line, column) = source.Place.Of(start.Start);
        var map = YamlValue.Map(line, column);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ParseNode(parser, source, anchors, depth + 1);
            if (key.Kind != YamlKind.Scalar)
                throw new YamlSyntaxException("a key must be a plain name, not a map or list", key.Line, key.Column);
            var value = ParseNode(parser, source, anchors, depth + 1);
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

    /// <summary>The text being parsed, to find where the content of a block begins.</summary>
    private sealed class Source(string text, YamlPlace place)
    {
        public YamlPlace Place { get; } = place;

        /// <summary>Place of a document inside a scalar: exact in a literal block, otherwise the scalar itself.</summary>
        public YamlPlace PlaceInside(Scalar scalar, int line, int column)
        {
            if (scalar.Style != ScalarStyle.Literal || Place.IsFixed) return YamlPlace.Fixed(line, column);
            var at = text.IndexOf('\n', (int)Math.Clamp(scalar.Start.Index, 0, text.Length));
            while (at >= 0)
            {
                var first = at + 1;
                while (first < text.Length && text[first] == ' ') first++;
                if (first == text.Length || text[first] is not ('\n' or '\r'))
                {
                    var own = scalar.Value.TrimStart('\n', '\r');
                    return YamlPlace.Shifted(line, column: first - at - 1 - (own.Length - own.TrimStart(' ').Length) + Place.Columns);
                }

                at = text.IndexOf('\n', first);
            }

            return YamlPlace.Fixed(line, column);
        }
    }
}
