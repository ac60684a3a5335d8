using System.Collections.Immutable;

namespace Mesh.Config.Model.Compilation;

/// <summary>exportTo of Istio configuration.</summary>
internal static class Visibility
{
    /// <summary>
    /// <c>*</c> means everybody, <c>.</c> the object's own namespace, <c>~</c> nobody; an empty list what the mesh has as
    /// default.
    /// </summary>
    public static bool Exports(
        ImmutableArray<string> exportTo, ImmutableArray<string> byDefault, string objectNamespace, string clientNamespace)
    {
        var list = exportTo.IsDefaultOrEmpty ? byDefault : exportTo;
        return list.Contains("*") || list.Contains(clientNamespace) || list.Contains(".") && objectNamespace == clientNamespace;
    }

    /// <summary>0 for the client's own objects, 1 for those exported to its namespace by name, 2 for those of everybody.</summary>
    /// <remarks>Source: istio pilot/pkg/model/push_context.go VirtualServicesForGateway.</remarks>
    public static int Rank(
        ImmutableArray<string> exportTo, ImmutableArray<string> byDefault, string objectNamespace, string clientNamespace)
    {
        if (objectNamespace == clientNamespace) return 0;
        return (exportTo.IsDefaultOrEmpty ? byDefault : exportTo).Contains("*") ? 2 : 1;
    }
}
