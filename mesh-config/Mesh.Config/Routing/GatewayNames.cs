namespace Mesh.Config.Routing;

/// <summary>Names of gateways in VirtualServices.</summary>
internal static class GatewayNames
{
    /// <summary>The reserved name of all sidecars.</summary>
    public const string Mesh = "mesh";

    /// <summary><c>name</c>, <c>./name</c>, <c>ns/name</c> and the old <c>name.ns[.svc...]</c> become <c>ns/name</c>.</summary>
    public static string Resolve(string name, string objectNamespace)
    {
        if (name == Mesh) return name;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0) return name[..slash] == "." ? $"{objectNamespace}/{name[(slash + 1)..]}" : name;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return $"{objectNamespace}/{name}";
        var rest = name[(dot + 1)..];
        var end = rest.IndexOf('.', StringComparison.Ordinal);
        return $"{(end < 0 ? rest : rest[..end])}/{name[..dot]}";
    }
}
