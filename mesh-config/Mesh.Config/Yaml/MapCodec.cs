using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Mesh.Config.Yaml;

/// <summary>A map with free keys, kept and written in ordinal order.</summary>
internal sealed class MapCodec<T>(Codec<T> item) : Codec<ImmutableSortedDictionary<string, T>>
{
    public override IMessageSchema? Shape => item.Shape;

    public override bool TryRead(
        YamlValue node,
        ReadContext context,
        [MaybeNullWhen(false)] out ImmutableSortedDictionary<string, T> value)
    {
        value = ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
        if (node.Kind != YamlKind.Map)
        {
            context.Error(node, DiagnosticCodes.WrongType, $"expected a map, found {ScalarCodec<T>.Describe(node)}");
            return false;
        }

        var builder = value.ToBuilder();
        foreach (var (key, entry) in node.Entries)
        {
            context.EnterKey(key.Text);
            if (builder.ContainsKey(key.Text))
                context.Error(key, DiagnosticCodes.DuplicateKey, "the key is given twice; remove one");
            else if (item.TryRead(entry, context, out var read))
                builder.Add(key.Text, read);
            context.Leave();
        }

        value = builder.ToImmutable();
        return true;
    }

    public override YamlValue Write(ImmutableSortedDictionary<string, T> value)
    {
        var map = YamlValue.Map();
        foreach (var (key, entry) in value.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            map.Entries.Add(new YamlEntry(YamlValue.OfText(key), item.Write(entry)));
        return map;
    }

    public override bool IsDefault(ImmutableSortedDictionary<string, T> value) => value.IsEmpty;

    public override bool Same(ImmutableSortedDictionary<string, T> left, ImmutableSortedDictionary<string, T> right)
    {
        if (left.Count != right.Count) return false;
        foreach (var (key, entry) in left)
            if (!right.TryGetValue(key, out var other) || !item.Same(entry, other))
                return false;
        return true;
    }
}
