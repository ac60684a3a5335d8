using System.Globalization;
using System.Text;

namespace Mesh.Config.Yaml;

/// <summary>Formats values as block YAML. The same value always gives the same bytes: two spaces, LF, lists not indented.</summary>
internal static class YamlText
{
    public static string Format(YamlValue value)
    {
        var text = new StringBuilder();
        WriteNested(text, value, indent: 0);
        return text.ToString();
    }

    private static void WriteNested(StringBuilder text, YamlValue value, int indent)
    {
        switch (value.Kind)
        {
            case YamlKind.Map when value.Entries.Count > 0:
                WriteMap(text, value, indent, firstIsPlaced: false);
                break;
            case YamlKind.List when value.Items.Count > 0:
                WriteList(text, value, indent);
                break;
            default:
                text.Append(Inline(value)).Append('\n');
                break;
        }
    }

    private static void WriteMap(StringBuilder text, YamlValue map, int indent, bool firstIsPlaced)
    {
        foreach (var (key, value) in map.Entries)
        {
            if (!firstIsPlaced) text.Append(' ', indent);
            firstIsPlaced = false;
            text.Append(Quote(key.Text, mustBeText: true)).Append(':');
            if (IsInline(value))
            {
                text.Append(' ').Append(Inline(value)).Append('\n');
                continue;
            }

            text.Append('\n');
            if (value.Kind == YamlKind.Map) WriteMap(text, value, indent + 2, firstIsPlaced: false);
            else WriteList(text, value, indent);
        }
    }

    private static void WriteList(StringBuilder text, YamlValue list, int indent)
    {
        foreach (var item in list.Items)
        {
            text.Append(' ', indent).Append("- ");
            if (IsInline(item)) text.Append(Inline(item)).Append('\n');
            else if (item.Kind == YamlKind.Map) WriteMap(text, item, indent + 2, firstIsPlaced: true);
            else WriteInnerList(text, item, indent + 2);
        }
    }

    private static void WriteInnerList(StringBuilder text, YamlValue list, int indent)
    {
        text.Append('\n');
        WriteList(text, list, indent);
    }

    private static bool IsInline(YamlValue value) => value.Kind switch
    {
        YamlKind.Map => value.Entries.Count == 0,
        YamlKind.List => value.Items.Count == 0,
        _ => true,
    };

    private static string Inline(YamlValue value) => value.Kind switch
    {
        YamlKind.Map => "{}",
        YamlKind.List => "[]",
        _ => value.Quoted ? Quote(value.Text, mustBeText: true) : value.Text,
    };

    private static string Quote(string text, bool mustBeText)
    {
        if (IsPlain(text) && (!mustBeText || YamlValue.Resolve(text) == ScalarType.Text)) return text;
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"':
                    quoted.Append("\\\"");
                    break;
                case '\\':
                    quoted.Append("\\\\");
                    break;
                case '\n':
                    quoted.Append("\\n");
                    break;
                case '\t':
                    quoted.Append("\\t");
                    break;
                case '\r':
                    quoted.Append("\\r");
                    break;
                default:
                    // Surrogates pass as they are; lone ones cannot come out of the parser.
                    if (c < ' ' || c is '\x7f' or '\x85' or '\xa0' or '\u2028' or '\u2029' or '\ufeff')
                        quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    else
                        quoted.Append(c);
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Conservative: whatever could be read as something else, now or by another reader, gets quotes.</summary>
    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetterOrDigit(text[0]) || text[0] is '/' or '_' or '.' or '+'))
            return false;
        if (text[^1] is ' ' or ':') return false;
        // A date or a sexagesimal number is text here but not everywhere.
        if (char.IsAsciiDigit(text[0]) && text.Contains(':', StringComparison.Ordinal)) return false;
        if (text is "y" or "Y" or "n" or "N") return false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '+' or '=' or '@' or '(' or ')') continue;
            if (c == ' ' && i + 1 < text.Length && text[i + 1] is not '#') continue;
            if (c is ':' or ',' or '*' or '|' or '^' or '$' or '?' or ';' or '~' or '<' or '>' && i > 0)
            {
                if (c != ':' || text[i + 1] != ' ') continue;
            }

            return false;
        }

        return true;
    }
}
