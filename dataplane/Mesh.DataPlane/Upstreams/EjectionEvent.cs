using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>An endpoint was ejected from load balancing, or came back.</summary>
/// <param name="Duration">How long it stays out; zero when it came back.</param>
public sealed record EjectionEvent(UpstreamKey Upstream, EndpointId Endpoint, bool Ejected, TimeSpan Duration, string Reason);
