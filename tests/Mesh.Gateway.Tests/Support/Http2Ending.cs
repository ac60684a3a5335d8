namespace Mesh.Gateway.Tests.Support;

/// <summary>How a server treats the second request on its first connection.</summary>
internal enum Http2Ending
{
    /// <summary>GOAWAY says that the first request was the last one that it took on.</summary>
    GoAway,

    /// <summary>RST_STREAM with REFUSED_STREAM.</summary>
    Refused,

    /// <summary>GOAWAY says that it took this one on as well, but the connection closes before the answer.</summary>
    TakenOnAndLost,

    /// <summary>RST_STREAM with INTERNAL_ERROR.</summary>
    Broken,

    /// <summary>RST_STREAM with NO_ERROR, which says nothing of whether the request was processed.</summary>
    ResetWithoutError,
}
