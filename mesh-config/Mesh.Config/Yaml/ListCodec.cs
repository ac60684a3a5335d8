using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Mesh.Config.Yaml;

internal sealed class ListCodec<T>(Codec<T> item) : Codec<ImmutableArray<T>>
{
    public override IMessageSchema? Shape => item.Shape;

    public override IMessageSchema? Element => item.Element;

    public override bool TryRead(
        YamlValue node, ReadContext context, [MaybeNullWhen(false)] out ImmutableArray<T> value)
    {
        value = [];
        if (node.Kind != YamlKind.List)
        {
            context.Error(node, DiagnosticCodes.WrongType, $"expected a list, found {ScalarCodec<T>.Describe(node)}");
            return false;
        }

        var builder = ImmutableArray.CreateBuilder<T>(node.Items.Count);
        for (var i = 0; i < node.Items.Count; i++)
        {
            context.EnterIndex(i);
            if (node.Items[i].IsNull)
                context.Error(node.Items[i], DiagnosticCodes.WrongType, "the list item is empty; remove it or fill it");
            else if (item.TryRead(node.Items[i], context, out var read))
                builder.Add(read);
            context.Leave();
        }

        value = builder.DrainToImmutable();
        return true;
    }

    public override YamlValue Write(ImmutableArray<T> value)
    {
        var list = YamlValue.List();
        foreach (var entry in value) list.Items.Add(item.Write(entry));
        return list;
    }

    public override bool IsDefault(ImmutableArray<T> value) => value.IsDefaultOrEmpty;

    public override bool Same(ImmutableArray<T> left, ImmutableArray<T> right)
    {
        if (left.IsDefaultOrEmpty || right.IsDefaultOrEmpty) return left.IsDefaultOrEmpty == right.IsDefaultOrEmpty;
        if (left.Length != right.Length) return false;
        for (var i = 0; i < left.Length; i++)
            if (!item.Same(left[i], right[i]))
                return false;
        return true;
    }
}
