namespace Mesh.DataPlane.Telemetry;

/// <summary>Counts one connection; told while bytes flow, so that long connections are seen before they end.</summary>
public interface ITcpMeter
{
    /// <summary>Bytes towards the client.</summary>
    void Sent(long bytes);

    /// <summary>Bytes from the client.</summary>
    void Received(long bytes);

    /// <summary>The connection is over.</summary>
    void Closed();
}
