using System.Net.Sockets;

namespace Mesh.DataPlane.Tcp;

/// <summary>Keeps quiet connections from being forgotten on their way, and finds out that a silent peer is dead.</summary>
/// <param name="Time">Silence before the first probe; whole seconds.</param>
/// <param name="Interval">Between probes that are not answered; whole seconds.</param>
/// <param name="Probes">Unanswered ones after which the connection is broken.</param>
public sealed record TcpKeepAlive(TimeSpan Time, TimeSpan Interval, int Probes)
{
    /// <summary>AWS network load balancers forget idle flows silently after 350 s: probes must come well before.</summary>
    public static TcpKeepAlive Default { get; } = new(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(15), 4);

    /// <summary>On a listening socket it holds for all that it accepts.</summary>
    public void Apply(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(Time));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(Interval));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Math.Clamp(Probes, 1, 127));
    }

    private static int Seconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 1, 32767);
}
