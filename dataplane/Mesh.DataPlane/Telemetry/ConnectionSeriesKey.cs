using Mesh.Config.Model;
using Mesh.DataPlane.Identity;

namespace Mesh.DataPlane.Telemetry;

/// <summary>What tells one <see cref="ConnectionSeries"/> from another.</summary>
/// <param name="Upstream">Null when no destination was found.</param>
internal readonly record struct ConnectionSeriesKey(
    UpstreamKey? Upstream, bool IsPassthrough, WorkloadMetadata Peer, SpiffeId? PeerId, string Flags);
