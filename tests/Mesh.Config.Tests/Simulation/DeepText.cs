using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using Mesh.Config.Model;
using Mesh.Config.Routing;

namespace Mesh.Config.Tests.Simulation;

/// <summary>
/// Everything that an object of the model says, as text, private fields too: what is not in here cannot differ. A field
/// added later is compared without anybody thinking of it.
/// </summary>
internal static class DeepText
{
    private static readonly ConcurrentDictionary<Type, (string Name, FieldInfo Field)[]> _fields = new();
    private static readonly ConcurrentDictionary<Type, PropertyInfo?> _isDefault = new();
    private static readonly ConcurrentDictionary<Type, bool> _isOpened = new();

    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Append(text, value, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value, int depth)
    {
        Assert.True(depth < 40, "the model holds a cycle");
        switch (value)
        {
            case null:
                text.Append('-');
                break;
            case string or bool or Enum:
                text.Append(value);
                break;
            case IFormattable number when value.GetType().Assembly != typeof(Mesh.Config.Model.MeshModel).Assembly:
                text.Append(number.ToString(null, CultureInfo.InvariantCulture));
                break;
            case Delegate:
                break;
            case UpstreamKey key:
                // It keeps texts of itself that it has been asked for.
                text.Append(key);
                break;
            case HttpRouteTable table:
                // How a table finds its rules, and which it has looked up already, is its own business.
                AppendItems(text, table.Entries, depth);
                break;
            case IEnumerable items:
                AppendItems(text, items, depth);
                break;
            default:
                AppendFields(text, value, depth);
                break;
        }
    }

    private static void AppendItems(StringBuilder text, IEnumerable items, int depth)
    {
        // An ImmutableArray that was never set cannot be enumerated.
        if (_isDefault.GetOrAdd(items.GetType(), static type => type.GetProperty("IsDefault"))?.GetValue(items) is true)
        {
            text.Append("[]");
            return;
        }

        // Hash tables have no order of their own.
        if (items is IDictionary)
        {
            var lines = new List<string>();
            foreach (var item in items) lines.Add(Of(item));
            lines.Sort(StringComparer.Ordinal);
            text.Append('[').AppendJoin(", ", lines).Append(']');
            return;
        }

        text.Append('[');
        foreach (var item in items)
        {
            Append(text, item, depth + 1);
            text.Append(", ");
        }

        text.Append(']');
    }

    private static void AppendFields(StringBuilder text, object value, int depth)
    {
        var type = value.GetType();
        if (!_isOpened.GetOrAdd(type, IsOpened))
        {
            text.Append(value);
            return;
        }

        text.Append(type.Name).Append('{');
        foreach (var (name, field) in _fields.GetOrAdd(type, FieldsOf))
        {
            text.Append(name).Append('=');
            Append(text, field.GetValue(value), depth + 1);
            text.Append("; ");
        }

        text.Append('}');
    }

    private static bool IsOpened(Type type) =>
        type.Assembly == typeof(Mesh.Config.Model.MeshModel).Assembly
        || type.IsGenericType && type.Namespace == "System" && type.Name.StartsWith("ValueTuple", StringComparison.Ordinal)
        || type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);

    private static (string Name, FieldInfo Field)[] FieldsOf(Type type)
    {
        var fields = new List<FieldInfo>();
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
            fields.AddRange(t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        return [.. fields.Select(field => (NameOf(field), field)).OrderBy(field => field.Item1, StringComparer.Ordinal)];
    }

    /// <summary>Of a property without a body: its own name, not the compiler's.</summary>
    private static string NameOf(FieldInfo field) =>
        field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;
}
