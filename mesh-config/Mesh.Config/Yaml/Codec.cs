using System.Diagnostics.CodeAnalysis;

namespace Mesh.Config.Yaml;

/// <summary>Reads, writes and compares values of one type. Codecs compose; <see cref="Codecs"/> has the ready ones.</summary>
internal abstract class Codec<T>
{
    /// <summary>False after an error was reported: the value is not usable.</summary>
    public abstract bool TryRead(YamlValue node, ReadContext context, [MaybeNullWhen(false)] out T value);

    /// <summary>The message that values are, or that they are lists or maps of; null for plain values.</summary>
    public virtual IMessageSchema? Shape => null;

    /// <summary>The message that values are, or that they are lists of; null for plain values and for maps with free keys.</summary>
    public virtual IMessageSchema? Element => null;

    public abstract YamlValue Write(T value);

    /// <summary>True when the value means the same as an absent field, and is not written.</summary>
    public abstract bool IsDefault(T value);

    /// <summary>Equality by value, through lists and maps.</summary>
    public virtual bool Same(T left, T right) => EqualityComparer<T>.Default.Equals(left, right);
}
