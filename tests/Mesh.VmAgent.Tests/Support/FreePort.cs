using System.Net;
using System.Net.Sockets;

namespace Mesh.VmAgent.Tests;

/// <summary>A port that was free a moment ago, for programs that must be told a number.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
