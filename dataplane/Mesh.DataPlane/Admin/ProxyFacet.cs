using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams;

namespace Mesh.DataPlane.Admin;

/// <summary>One side of a proxy, as admin pages look at it: a gateway's role, or an agent's outbound or inbound side.</summary>
/// <param name="View">Null before the first.</param>
public sealed record ProxyFacet(string Name, Func<MeshView?> View, UpstreamStates States);
