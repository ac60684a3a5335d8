namespace Mesh.FakeKube.Api;

/// <summary>A path below <c>/api</c> or <c>/apis</c>, taken apart.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Resource">Empty for the group or version itself.</param>
/// <param name="Namespace">Empty at the scope of the cluster.</param>
/// <param name="Name">Empty for a collection.</param>
internal sealed record RequestPath(string Group, string Version, string Resource, string Namespace, string Name, string Subresource)
{
    /// <returns>Null for paths that are about no resource.</returns>
    public static RequestPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["api" or "apis", ..]) return null;
        var core = parts[0] == "api";
        var group = core ? "" : parts.ElementAtOrDefault(1) ?? "";
        var rest = parts.AsSpan(Math.Min(parts.Length, core ? 1 : 2));
        if (rest.Length < 2) return null;
        var version = rest[0];
        rest = rest[1..];
        var space = "";
        // /namespaces/x and /namespaces/x/status are about the Namespace, /namespaces/x/pods is about Pods in it.
        if (rest[0] == "namespaces" && rest.Length > 2 && rest[2] is not ("status" or "finalize"))
        {
            space = rest[1];
            rest = rest[2..];
        }

        if (rest.Length > 3) return null;
        return new RequestPath(group, version, rest[0], space, rest.Length > 1 ? rest[1] : "", rest.Length > 2 ? rest[2] : "");
    }
}
