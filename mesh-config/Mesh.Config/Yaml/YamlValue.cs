using System.Globalization;

namespace Mesh.Config.Yaml;

/// <summary>One node of a YAML document with the place it was read from; also what the writer formats.</summary>
internal sealed class YamlValue
{
    // Most nodes are scalars, and of a large cluster there are many millions on the way.
    private static readonly List<YamlEntry> _noEntries = [];
    private static readonly List<YamlValue> _noItems = [];

    private YamlValue(YamlKind kind, string text, bool quoted)
    {
        Kind = kind;
        Text = text;
        Quoted = quoted;
        Entries = kind == YamlKind.Map ? [] : _noEntries;
        Items = kind == YamlKind.List ? [] : _noItems;
    }

    public YamlKind Kind { get; }

    /// <summary>Content of a scalar, empty otherwise.</summary>
    public string Text { get; }

    /// <summary>True when the scalar is text whatever it looks like (quotes, block style or tag !!str).</summary>
    public bool Quoted { get; }

    /// <summary>1-based; 0 for values made by code.</summary>
    public int Line { get; init; }

    public int Column { get; init; }

    /// <summary>Where the lines of a scalar stand, for a document inside it.</summary>
    public YamlPlace Content { get; set; }

    /// <summary>Nodes below and including this one, aliases counted as often as they are used.</summary>
    public int Size { get; set; } = 1;

    /// <summary>Of a map; nothing is added to those of other kinds.</summary>
    public List<YamlEntry> Entries { get; }

    /// <summary>Of a list, likewise.</summary>
    public List<YamlValue> Items { get; }

    public bool IsNull => Kind == YamlKind.Scalar && Type == ScalarType.Null;

    public ScalarType Type => Kind != YamlKind.Scalar || Quoted ? ScalarType.Text : Resolve(Text);

    public static YamlValue Map(int line = 0, int column = 0) =>
        new(YamlKind.Map, "", quoted: false) { Line = line, Column = column };

    public static YamlValue List(int line = 0, int column = 0) =>
        new(YamlKind.List, "", quoted: false) { Line = line, Column = column };

    public static YamlValue Scalar(string text, bool quoted, int line = 0, int column = 0) =>
        new(YamlKind.Scalar, text, quoted) { Line = line, Column = column };

    /// <summary>Text that must read back as text.</summary>
    public static YamlValue OfText(string text) => Scalar(text, quoted: true);

    public static YamlValue OfNumber(long value) =>
        Scalar(value.ToString(CultureInfo.InvariantCulture), quoted: false);

    /// <summary>Null when the map has no such key.</summary>
    public YamlValue? Find(string key)
    {
        foreach (var entry in Entries)
            if (string.Equals(entry.Key.Text, key, StringComparison.Ordinal))
                return entry.Value;
        return null;
    }

    /// <summary>Type of a plain scalar with this content.</summary>
    public static ScalarType Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return ScalarType.Null;
            case "true" or "True" or "TRUE" or "false" or "False" or "FALSE":
            case "yes" or "Yes" or "YES" or "no" or "No" or "NO":
            case "on" or "On" or "ON" or "off" or "Off" or "OFF":
                return ScalarType.Bool;
        }

        var first = text[0];
        if (!char.IsAsciiDigit(first) && first is not ('-' or '+' or '.')) return ScalarType.Text;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            return ScalarType.Integer;
        if (text.StartsWith("0x", StringComparison.Ordinal) || text.StartsWith("0o", StringComparison.Ordinal))
            return IsRadix(text) ? ScalarType.Integer : ScalarType.Text;
        if (text is ".inf" or "-.inf" or "+.inf" or ".nan" or ".Inf" or "-.Inf" or ".NaN") return ScalarType.Float;
        return double.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out _)
            ? ScalarType.Float
            : ScalarType.Text;
    }

    private static bool IsRadix(string text)
    {
        if (text.Length == 2) return false;
        foreach (var c in text.AsSpan(2))
            if (!(text[1] == 'x' ? char.IsAsciiHexDigit(c) : c is >= '0' and <= '7'))
                return false;
        return true;
    }
}
