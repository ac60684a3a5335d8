using Mesh.Config.Model;

namespace Mesh.DataPlane.Tcp;

/// <summary>Where one connection goes.</summary>
public sealed record TcpForwardPlan
{
    public required Upstream Upstream { get; init; }

    /// <summary>For the access log: <c>outbound|…</c>, or <c>inbound|port||</c>.</summary>
    public required string ClusterName { get; init; }

    /// <summary>For the log: what the caller asked for, where it said so.</summary>
    public string? Authority { get; init; }

    /// <summary>What was read of the connection already, and goes first.</summary>
    public ReadOnlyMemory<byte> First { get; init; }

    /// <summary>The bytes are mesh mTLS from end to end: nothing is put around them.</summary>
    public bool IsSealed { get; init; }
}
