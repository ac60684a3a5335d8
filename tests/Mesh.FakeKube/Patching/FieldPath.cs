using System.Text;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Patching;

/// <summary>Paths of fields as <c>managedFields</c> has them: <c>f:name</c>, <c>k:{"name":"x"}</c>, <c>v:"x"</c>, joined by a separator.</summary>
internal static class FieldPath
{
    public const char Separator = '\u001f';

    public static string Join(string path, string element) => path.Length == 0 ? element : path + Separator + element;

    public static string[] Elements(string path) => path.Split(Separator);

    public static string Field(string name) => "f:" + name;

    public static string Scalar(JsonNode? value) => "v:" + (value?.ToJsonString() ?? "null");

    /// <summary>The fields that tell an item apart, in the order of their names.</summary>
    public static string Item(JsonObject item, IReadOnlyList<string> keys)
    {
        var key = new JsonObject();
        foreach (var name in keys.Order(StringComparer.Ordinal))
        {
            // The default of a port's protocol is part of its key.
            key[name] = Json.Copy(item[name]) ?? (name == "protocol" ? "TCP" : null);
        }

        return "k:" + key.ToJsonString();
    }

    /// <summary>As conflicts name it: <c>.spec.ports[port=80,protocol="TCP"].name</c>.</summary>
    public static string Describe(string path)
    {
        var text = new StringBuilder();
        foreach (var element in Elements(path))
        {
            if (element.StartsWith("f:", StringComparison.Ordinal)) text.Append('.').Append(element.AsSpan(2));
            else if (element.StartsWith("v:", StringComparison.Ordinal)) text.Append("[=").Append(element.AsSpan(2)).Append(']');
            else
            {
                var key = (JsonObject)JsonNode.Parse(element[2..])!;
                text.Append('[').AppendJoin(',', key.Select(part => $"{part.Key}={part.Value?.ToJsonString()}")).Append(']');
            }
        }

        return text.ToString();
    }
}
