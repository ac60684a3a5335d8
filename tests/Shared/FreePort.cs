using System.Net;
using System.Net.Sockets;

namespace Mesh.Tests.Shared;

/// <summary>
/// Ports for programs that must be told a number before they listen: nobody listens on them now, no other caller in this process got
/// them, and they lie below those that the system gives to outgoing connections, so that no client can take one meanwhile.
/// </summary>
internal static class FreePort
{
    private const int Lowest = 20_000;
    private const int Count = 12_000;

    // Processes that run next to each other begin at different places.
    private static int next = Environment.ProcessId * 127 % Count;

    public static int Next()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = Lowest + (int)((uint)Interlocked.Increment(ref next) % Count);
            if (IsFree(port)) return port;
        }

        throw new InvalidOperationException($"no free port in {Lowest} to {Lowest + Count - 1}");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // All addresses: the local mesh and its namespaces use others than 127.0.0.1.
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
