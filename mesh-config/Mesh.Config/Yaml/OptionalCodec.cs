using System.Diagnostics.CodeAnalysis;

namespace Mesh.Config.Yaml;

/// <summary>Tells absent (null) from the zero value, like protobuf's wrapper types.</summary>
internal sealed class OptionalCodec<T>(Codec<T> inner) : Codec<T?> where T : struct
{
    public override bool TryRead(YamlValue node, ReadContext context, [MaybeNullWhen(false)] out T? value)
    {
        var ok = inner.TryRead(node, context, out var read);
        value = ok ? read : null;
        return ok;
    }

    public override YamlValue Write(T? value) => inner.Write(value.GetValueOrDefault());

    public override bool IsDefault(T? value) => value is null;
}
