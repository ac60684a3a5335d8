using System.Collections.Immutable;

namespace Mesh.Config.Model.Compilation;

/// <summary>exportTo of Istio configuration.</summary>
internal static class Visibility
{
    /// <summary>Empty and <c>*</c> mean everybody, <c>.</c> the object's own namespace, <c>~</c> nobody.</summary>
    public static bool Exports(ImmutableArray<string> exportTo, string objectNamespace, string clientNamespace) =>
        exportTo.IsDefaultOrEmpty
        || exportTo.Contains("*")
        || exportTo.Contains(clientNamespace)
        || exportTo.Contains(".") && objectNamespace == clientNamespace;
}
