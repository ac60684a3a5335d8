using Mesh.Config.Model;
using Mesh.DataPlane.Identity;

namespace Mesh.DataPlane.Telemetry;

/// <summary>What tells one <see cref="RequestSeries"/> from another, in the form in which a request has it at hand.</summary>
/// <param name="Upstream">Null when no destination was found.</param>
/// <param name="Peer">The workload on the other side.</param>
/// <param name="PeerId">Its verified identity.</param>
/// <param name="GrpcStatus">-1 for none.</param>
internal readonly record struct RequestSeriesKey(
    UpstreamKey? Upstream, bool IsPassthrough, WorkloadMetadata Peer, SpiffeId? PeerId, bool IsGrpc, int Code, int GrpcStatus, string Flags);
