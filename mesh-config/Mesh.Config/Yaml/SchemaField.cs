namespace Mesh.Config.Yaml;

/// <summary>One field of a <see cref="Schema{T}"/>, its type hidden.</summary>
internal abstract class SchemaField<T>(string name, bool required)
{
    public string Name { get; } = name;

    public bool Required { get; } = required;

    /// <inheritdoc cref="Codec{T}.Shape" />
    public abstract IMessageSchema? Shape { get; }

    /// <inheritdoc cref="Codec{T}.Element" />
    public abstract IMessageSchema? Element { get; }

    public abstract T Read(T target, YamlValue node, ReadContext context);

    /// <summary>Null when the value is the default and the field may be absent.</summary>
    public abstract YamlValue? Write(T source);

    public abstract bool Same(T left, T right);
}

internal sealed class SchemaField<T, TValue>(
    string name, Codec<TValue> codec, Func<T, TValue> get, Func<T, TValue, T> set, bool required)
    : SchemaField<T>(name, required)
{
    public override IMessageSchema? Shape => codec.Shape;

    public override IMessageSchema? Element => codec.Element;

    public override T Read(T target, YamlValue node, ReadContext context) =>
        codec.TryRead(node, context, out var value) ? set(target, value) : target;

    public override YamlValue? Write(T source)
    {
        var value = get(source);
        return codec.IsDefault(value) && !Required ? null : codec.Write(value);
    }

    public override bool Same(T left, T right) => codec.Same(get(left), get(right));
}
