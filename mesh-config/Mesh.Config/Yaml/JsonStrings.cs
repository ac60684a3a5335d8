using System.Buffers.Binary;
using System.Text.Json;

namespace Mesh.Config.Yaml;

/// <summary>
/// Texts that come again and again, such as names of fields, nodes and labels, as one instance each: the last of each slot. Nothing breaks
/// when threads overwrite each other's.
/// </summary>
internal static class JsonStrings
{
    private const int MaxBytes = 64;

    private static readonly YamlValue?[] _names = new YamlValue[1024];
    private static readonly string?[] _texts = new string[16 * 1024];

    /// <summary>The name that the reader stands on.</summary>
    public static YamlValue Name(ref Utf8JsonReader reader)
    {
        if (!IsShort(ref reader)) return YamlValue.OfText(reader.GetString() ?? "");
        ref var slot = ref _names[Hash(reader.ValueSpan) % (uint)_names.Length];
        var known = slot;
        if (known is not null && reader.ValueTextEquals(known.Text)) return known;
        return slot = YamlValue.OfText(reader.GetString() ?? "");
    }

    /// <summary>The text that the reader stands on.</summary>
    public static string Text(ref Utf8JsonReader reader)
    {
        if (!IsShort(ref reader)) return reader.GetString() ?? "";
        ref var slot = ref _texts[Hash(reader.ValueSpan) % (uint)_texts.Length];
        var known = slot;
        if (known is not null && reader.ValueTextEquals(known)) return known;
        return slot = reader.GetString() ?? "";
    }

    private static bool IsShort(ref Utf8JsonReader reader) =>
        !reader.HasValueSequence && !reader.ValueIsEscaped && reader.ValueSpan.Length is > 0 and <= MaxBytes;

    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = (ulong)text.Length;
        while (text.Length >= sizeof(ulong))
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text)) * 0x9E3779B97F4A7C15;
            text = text[sizeof(ulong)..];
        }

        foreach (var next in text) hash = (hash ^ next) * 0x100000001B3;
        return (uint)(hash >> 32) ^ (uint)hash;
    }
}
