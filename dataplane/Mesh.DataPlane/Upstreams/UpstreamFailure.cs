namespace Mesh.DataPlane.Upstreams;

/// <summary>Why a try got no response. Retry conditions, response flags and outlier detection go by it.</summary>
public enum UpstreamFailure
{
    None,

    /// <summary>The connection could not be opened: refused, unreachable, or it took longer than the connect timeout.</summary>
    Connect,

    /// <summary>The TLS handshake failed, or the peer is not who it should be. Counts as a failed connection.</summary>
    Tls,

    /// <summary>This process has no identity, or the service no expected one: nothing was dialled.</summary>
    Identity,

    /// <summary>The peer refused the stream before processing it (HTTP/2 REFUSED_STREAM, GOAWAY).</summary>
    RefusedStream,

    /// <summary>The connection or stream broke before a response.</summary>
    Reset,

    /// <summary>No response in time.</summary>
    Timeout,

    /// <summary>The caller went away.</summary>
    Cancelled,

    /// <summary>A limit of the traffic policy was reached.</summary>
    Overflow,

    /// <summary>Reading the caller's request body failed.</summary>
    RequestBody,
}
