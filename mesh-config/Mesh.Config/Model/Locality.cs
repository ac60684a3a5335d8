namespace Mesh.Config.Model;

/// <summary>Where a proxy or endpoint runs: <c>region/zone/subzone</c>, trailing parts may be empty.</summary>
/// <remarks>Source: Istio, "Locality Load Balancing"; multicluster.md §11 in the design notes.</remarks>
public readonly record struct Locality(string Region, string Zone = "", string SubZone = "")
{
    public static Locality Unknown { get; } = new("");

    public bool IsUnknown => string.IsNullOrEmpty(Region);

    /// <summary>Reads <c>region/zone/subzone</c>; missing parts become empty.</summary>
    public static Locality Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return Unknown;
        var parts = text.Split('/', 3);
        return new Locality(parts[0], parts.Length > 1 ? parts[1] : "", parts.Length > 2 ? parts[2] : "");
    }

    public override string ToString()
    {
        if (IsUnknown) return "";
        if (string.IsNullOrEmpty(Zone)) return Region;
        return string.IsNullOrEmpty(SubZone) ? $"{Region}/{Zone}" : $"{Region}/{Zone}/{SubZone}";
    }
}
