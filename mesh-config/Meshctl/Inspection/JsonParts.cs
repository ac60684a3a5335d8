using System.Globalization;
using System.Text.Json.Nodes;

namespace Meshctl.Inspection;

/// <summary>Small values as they stand in documents.</summary>
internal static class JsonParts
{
    public static void Add(JsonObject document, string name, int? value)
    {
        if (value is { } number) document[name] = number;
    }

    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    public static string Duration(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s");

    public static string Lower<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
