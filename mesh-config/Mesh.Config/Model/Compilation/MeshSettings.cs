using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>MeshConfig as far as compilation depends on it, with Istio's defaults.</summary>
internal sealed record MeshSettings
{
    public static MeshSettings Default { get; } = new();

    public LocalityLbSetting LocalityLbSetting { get; init; } = new();

    public ZoneAwareLbSetting? ZoneAwareLbSetting { get; init; }

    /// <summary>Host patterns of serviceSettings and whether they are cluster-local.</summary>
    public ImmutableArray<(string Pattern, bool Local)> ClusterLocal { get; init; } = [];

    public ImmutableArray<string> DefaultServiceExportTo { get; init; } = ["*"];
    public ImmutableArray<string> DefaultVirtualServiceExportTo { get; init; } = ["*"];
    public ImmutableArray<string> DefaultDestinationRuleExportTo { get; init; } = ["*"];
}
