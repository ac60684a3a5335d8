namespace Mesh.Bench.Gateway.Wire;

/// <summary>Told by an <see cref="Http2Link"/> what arrives, one call after the other.</summary>
internal interface IHttp2Side
{
    /// <summary>HEADERS or DATA of a stream.</summary>
    /// <param name="bytes">Of body.</param>
    void Received(int streamId, int bytes, bool isEnd);

    /// <summary>The peer gave up a stream.</summary>
    void Reset(int streamId);

    /// <summary>All that one read brought has been told: time to write what waited for room.</summary>
    void BatchEnded();

    /// <summary>The connection is over.</summary>
    void Ended();
}
