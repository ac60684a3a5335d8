namespace Mesh.Config.Yaml;

internal sealed class MessageField<T, TValue>(
    string name, Schema<TValue> schema, Func<T, TValue?> get, Func<T, TValue, T> set, bool required)
    : SchemaField<T>(name, required)
    where TValue : class
{
    public override IMessageSchema? Shape => schema;

    public override IMessageSchema? Element => schema;

    public override T Read(T target, YamlValue node, ReadContext context) =>
        schema.TryRead(node, context, out var value) ? set(target, value) : target;

    public override YamlValue? Write(T source) => get(source) is { } value ? schema.Write(value) : null;

    public override bool Same(T left, T right)
    {
        var (a, b) = (get(left), get(right));
        return a is null || b is null ? a is null && b is null : schema.Same(a, b);
    }
}
