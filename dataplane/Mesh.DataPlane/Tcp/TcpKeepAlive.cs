using System.Net.Sockets;

namespace Mesh.DataPlane.Tcp;

/// <summary>Keeps quiet connections from being forgotten on their way.</summary>
public static class TcpKeepAlive
{
    /// <summary>AWS network load balancers forget idle flows silently after 350 s.</summary>
    private const int Seconds = 120;

    public static void Enable(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds);
    }
}
