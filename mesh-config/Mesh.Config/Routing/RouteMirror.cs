using Mesh.Config.Model;

namespace Mesh.Config.Routing;

/// <summary>A destination that gets copies of requests, whose answers nobody waits for. The authority gets <c>-shadow</c> appended.</summary>
/// <param name="Percent">0 to 100.</param>
public sealed record RouteMirror(UpstreamKey Upstream, double Percent);
