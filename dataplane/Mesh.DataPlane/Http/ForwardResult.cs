using System.Net;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Upstreams;

namespace Mesh.DataPlane.Http;

/// <summary>How a <see cref="ForwardTry"/> ended.</summary>
public sealed record ForwardResult
{
    /// <summary>None when the response was passed on completely, or was declined by <see cref="ForwardTry.Accept"/>.</summary>
    public UpstreamFailure Failure { get; init; }

    /// <summary>What went wrong, in words; empty when nothing did.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Null when no response headers arrived.</summary>
    public int? Status { get; init; }

    /// <summary>From headers or trailers.</summary>
    public int? GrpcStatus { get; init; }

    /// <summary>The response was declined: nothing was sent to the caller.</summary>
    public bool Declined { get; init; }

    /// <summary>Body bytes sent to the caller.</summary>
    public long BytesSent { get; init; }

    /// <summary>Our address on the upstream connection; null when none was opened.</summary>
    public EndPoint? UpstreamLocal { get; init; }

    public SpiffeId? UpstreamPeer { get; init; }

    /// <summary>What the endpoint said of itself, unread; null when it said nothing.</summary>
    public string? PeerMetadata { get; init; }
}
