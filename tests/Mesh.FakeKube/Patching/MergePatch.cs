using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;

namespace Mesh.FakeKube.Patching;

/// <summary>RFC 7386.</summary>
internal static class MergePatch
{
    public static JsonObject Apply(JsonObject value, JsonObject patch)
    {
        var result = Json.Copy(value);
        foreach (var (name, change) in patch)
        {
            if (change is null) result.Remove(name);
            else if (change is JsonObject map) result[name] = Apply(result[name] as JsonObject ?? [], map);
            else result[name] = Json.Copy(change);
        }

        return result;
    }
}
