using System.Diagnostics.CodeAnalysis;
using Mesh.Config.Resources.Validation;

namespace Mesh.Config.Yaml;

/// <summary>
/// The one declaration of a message type: its fields in written order. Reading, detection of unknown fields, writing and
/// comparison by value all follow from it.
/// </summary>
internal sealed class Schema<T>(string name, Func<T> create) : Codec<T>, IMessageSchema where T : class
{
    private readonly List<SchemaField<T>> _fields = [];
    private readonly Dictionary<string, SchemaField<T>> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ignored = new(StringComparer.Ordinal);
    private readonly List<string[]> _oneOfs = [];
    private readonly List<Action<T, YamlValue, ReadContext>> _checks = [];
    private Func<T, YamlValue, ReadContext, T>? _complete;
    private bool _open;
    private bool _snakeCase;

    /// <summary>The message's name in its API, for messages.</summary>
    public string Name { get; } = name;

    public override IMessageSchema Shape => this;

    public override IMessageSchema Element => this;

    public IEnumerable<(string Field, IMessageSchema? Message)> Declarations => _fields.Select(declared => (declared.Name, declared.Shape));

    public Schema<T> Field<TValue>(
        string field, Codec<TValue> codec, Func<T, TValue> get, Func<T, TValue, T> set, bool required = false)
    {
        Add(new SchemaField<T, TValue>(field, codec, get, set, required));
        return this;
    }

    /// <summary>A nested message; null means absent, which is not the same as empty.</summary>
    public Schema<T> Message<TValue>(
        string field, Schema<TValue> schema, Func<T, TValue?> get, Func<T, TValue, T> set, bool required = false)
        where TValue : class
    {
        Add(new MessageField<T, TValue>(field, schema, get, set, required));
        return this;
    }

    /// <summary>Fields that the API has and the mesh does not need: accepted, not kept.</summary>
    public Schema<T> Ignore(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields) _ignored.Add(field);
        return this;
    }

    /// <summary>At most one of these may be given.</summary>
    public Schema<T> OneOf(params string[] fields)
    {
        _oneOfs.Add(fields);
        return this;
    }

    /// <summary>Unknown fields are not reported: a Kubernetes type of which only a part is declared here.</summary>
    public Schema<T> Open()
    {
        _open = true;
        return this;
    }

    /// <summary>Accepts the protobuf spelling of field names too, as Istio's own parser does.</summary>
    public Schema<T> AcceptSnakeCase()
    {
        _snakeCase = true;
        return this;
    }

    /// <summary>A rule over the whole message, run when all its fields could be read.</summary>
    public Schema<T> Check(Action<T, YamlValue, ReadContext> check)
    {
        _checks.Add(check);
        return this;
    }

    /// <inheritdoc cref="Check(Action{T, YamlValue, ReadContext})" />
    public Schema<T> Check(Action<T, RuleScope> check) =>
        Check((value, node, context) => check(value, new RuleScope(node, context)));

    /// <summary>Adds what follows from the fields, such as a document inside a text field; run after the rules.</summary>
    public Schema<T> Complete(Func<T, YamlValue, ReadContext, T> complete)
    {
        _complete = complete;
        return this;
    }

    public override bool TryRead(YamlValue node, ReadContext context, [MaybeNullWhen(false)] out T value) =>
        TryRead(create(), node, context, out value);

    /// <summary>Reads on top of <paramref name="start"/>, which keeps what the text does not say.</summary>
    public bool TryRead(T start, YamlValue node, ReadContext context, [MaybeNullWhen(false)] out T value)
    {
        value = start;
        if (node.Kind != YamlKind.Map)
        {
            context.Error(node, DiagnosticCodes.WrongType,
                $"expected a map ({Name}), found {ScalarCodec<T>.Describe(node)}");
            return false;
        }

        var before = context.Errors;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, entry) in node.Entries)
            value = ReadEntry(value, key, entry, seen, context);
        foreach (var field in _fields)
            if (field.Required && !seen.Contains(field.Name))
                context.Error(node, DiagnosticCodes.MissingField, $"{field.Name} is missing; {Name} needs it");
        foreach (var group in _oneOfs)
            CheckOneOf(group, seen, node, context);
        if (context.Errors == before)
            foreach (var check in _checks)
                check(value, node, context);
        if (context.Errors == before && _complete is not null) value = _complete(value, node, context);
        return true;
    }

    public override YamlValue Write(T value)
    {
        var map = YamlValue.Map();
        foreach (var field in _fields)
            if (field.Write(value) is { } written)
                map.Entries.Add(new YamlEntry(YamlValue.OfText(field.Name), written));
        return map;
    }

    public override bool IsDefault(T value) => value is null;

    public override bool Same(T left, T right)
    {
        if (ReferenceEquals(left, right)) return true;
        if (left is null || right is null) return false;
        foreach (var field in _fields)
            if (!field.Same(left, right))
                return false;
        return true;
    }

    public bool Reads(string field, out IMessageSchema? message)
    {
        message = null;
        if (!_byName.TryGetValue(field, out var declared)) return !_open && !_ignored.Contains(field);
        message = declared.Element;
        return true;
    }

    private void Add(SchemaField<T> field)
    {
        _fields.Add(field);
        _byName.Add(field.Name, field);
    }

    private T ReadEntry(T value, YamlValue key, YamlValue entry, HashSet<string> seen, ReadContext context)
    {
        var name = key.Text;
        if (!_byName.TryGetValue(name, out var field) && _snakeCase && name.Contains('_', StringComparison.Ordinal))
            _byName.TryGetValue(ToCamelCase(name), out field);
        if (field is null)
        {
            if (!_ignored.Contains(name) && !_open) ReportUnknown(key, context);
            else if (!seen.Add(name)) ReportDuplicate(key, name, context);
            return value;
        }

        // A null means "not given", as in Kubernetes.
        if (entry.IsNull && !field.Required) return value;
        context.Enter(field.Name);
        if (!seen.Add(field.Name))
            context.Error(key, DiagnosticCodes.DuplicateKey, "the field is given twice; remove one");
        else if (entry.IsNull)
            context.Error(key, DiagnosticCodes.MissingField, $"the value is missing; {Name} needs it");
        else
            value = field.Read(value, entry, context);
        context.Leave();
        return value;
    }

    private static void ReportDuplicate(YamlValue key, string name, ReadContext context)
    {
        context.Enter(name);
        context.Error(key, DiagnosticCodes.DuplicateKey, "the field is given twice; remove one");
        context.Leave();
    }

    private void ReportUnknown(YamlValue key, ReadContext context)
    {
        var near = Spelling.Nearest(key.Text, _byName.Keys);
        context.Enter(key.Text);
        context.Add(context.UnknownFields, key, DiagnosticCodes.UnknownField, near is null
            ? $"{Name} has no such field; remove it"
            : $"{Name} has no such field; did you mean \"{near}\"?");
        context.Leave();
    }

    private static void CheckOneOf(string[] group, HashSet<string> seen, YamlValue node, ReadContext context)
    {
        var given = group.Where(seen.Contains).ToArray();
        if (given.Length > 1)
            context.Error(node, DiagnosticCodes.BadValue, $"only one of {string.Join(", ", given)} may be given");
    }

    private static string ToCamelCase(string snake)
    {
        var parts = snake.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(parts.Select((part, i) =>
            i == 0 ? part : string.Concat(char.ToUpperInvariant(part[0]).ToString(), part.AsSpan(1))));
    }
}
