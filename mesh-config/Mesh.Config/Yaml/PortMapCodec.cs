using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mesh.Config.Yaml;

/// <summary>A map from port numbers.</summary>
internal sealed class PortMapCodec<T>(Codec<T> item) : Codec<ImmutableSortedDictionary<int, T>>
{
    public override bool TryRead(
        YamlValue node,
        ReadContext context,
        [MaybeNullWhen(false)] out ImmutableSortedDictionary<int, T> value)
    {
        value = ImmutableSortedDictionary<int, T>.Empty;
        if (node.Kind != YamlKind.Map)
        {
            context.Error(node, DiagnosticCodes.WrongType, $"expected a map, found {ScalarCodec<T>.Describe(node)}");
            return false;
        }

        var builder = value.ToBuilder();
        foreach (var (key, entry) in node.Entries)
        {
            context.EnterKey(key.Text);
            if (!int.TryParse(key.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
                context.Error(key, DiagnosticCodes.BadValue, $"port {key.Text} must be between 1 and 65535");
            else if (builder.ContainsKey(port))
                context.Error(key, DiagnosticCodes.DuplicateKey, "the port is given twice; remove one");
            else if (item.TryRead(entry, context, out var read))
                builder.Add(port, read);
            context.Leave();
        }

        value = builder.ToImmutable();
        return true;
    }

    public override YamlValue Write(ImmutableSortedDictionary<int, T> value)
    {
        var map = YamlValue.Map();
        foreach (var (key, entry) in value)
        {
            var name = YamlValue.OfText(key.ToString(CultureInfo.InvariantCulture));
            map.Entries.Add(new YamlEntry(name, item.Write(entry)));
        }

        return map;
    }

    public override bool IsDefault(ImmutableSortedDictionary<int, T> value) => value.IsEmpty;

    public override bool Same(ImmutableSortedDictionary<int, T> left, ImmutableSortedDictionary<int, T> right)
    {
        if (left.Count != right.Count) return false;
        foreach (var (key, entry) in left)
            if (!right.TryGetValue(key, out var other) || !item.Same(entry, other))
                return false;
        return true;
    }
}
