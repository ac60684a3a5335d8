using System.Net.Sockets;

namespace Mesh.VmAgent.Health;

/// <summary>Succeeds when a TCP connection opens; sends nothing.</summary>
public sealed class TcpProbe(string host, int port) : IProbe
{
    public async Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            return ProbeResult.Success($"tcp {host}:{port} accepts connections");
        }
        catch (SocketException error)
        {
            return ProbeResult.Failure(error.SocketErrorCode.ToString(), $"tcp {host}:{port}: {error.Message}");
        }
    }
}
