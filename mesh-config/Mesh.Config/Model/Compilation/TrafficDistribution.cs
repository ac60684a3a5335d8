namespace Mesh.Config.Model.Compilation;

/// <summary>Which endpoints a Service asks its clients to prefer.</summary>
/// <remarks>Source: istio pilot/pkg/model/service.go GetTrafficDistribution; multicluster.md §13.</remarks>
internal enum TrafficDistribution
{
    Any,
    SameZone,
    SameNode,
}
