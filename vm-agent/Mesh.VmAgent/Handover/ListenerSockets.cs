using System.Net;
using System.Net.Sockets;
using Mesh.Hosting;
using Mesh.Hosting.Networking;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Mesh.VmAgent.Handover;

/// <summary>
/// The sockets this process listens on: bound by itself, or inherited from the process it follows. A connection that waits in one of
/// them is lost by neither: whoever of the two accepts next has it.
/// </summary>
internal sealed class ListenerSockets : IDisposable
{
    private readonly Dictionary<EndPoint, Socket> sockets = [];

    private ListenerSockets()
    {
    }

    public IReadOnlyList<int> Descriptors
    {
        get
        {
            lock (sockets) return [.. sockets.Values.Select(socket => (int)socket.Handle)];
        }
    }

    /// <param name="wanted">Each with the option it came from, for messages.</param>
    /// <param name="inherited">Descriptors of listening sockets; those that are not wanted are closed.</param>
    /// <exception cref="StartupException">Something else listens there, or the address is not this machine's.</exception>
    public static ListenerSockets Open(IEnumerable<(IPEndPoint EndPoint, string Option)> wanted, IReadOnlyList<int> inherited)
    {
        var opened = new ListenerSockets();
        var left = new Dictionary<EndPoint, Socket>();
        try
        {
            foreach (var descriptor in inherited)
            {
                Hosting.Descriptors.SetInheritable(descriptor, false);
                var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
                Invariant.Holds(left.TryAdd(socket.LocalEndPoint!, socket), $"{socket.LocalEndPoint} was handed over once");
            }

            foreach (var (endPoint, option) in wanted)
            {
                var socket = left.Remove(endPoint, out var existing) ? existing : Bind(endPoint, option);
                // Two that do not listen yet may have the same address.
                if (opened.sockets.TryAdd(endPoint, socket)) continue;
                socket.Dispose();
                throw Refusal(new SocketException((int)SocketError.AddressAlreadyInUse), endPoint, option);
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
        finally
        {
            foreach (var socket in left.Values) socket.Dispose();
        }
    }

    /// <summary>The socket for one that accepts. Disposing of it leaves the listening socket as it is, here and in other processes.</summary>
    public Socket Borrow(EndPoint endPoint)
    {
        lock (sockets)
        {
            Invariant.Holds(sockets.TryGetValue(endPoint, out var socket), $"{endPoint} was opened");
            return new Socket(new SafeSocketHandle(socket.Handle, ownsHandle: false));
        }
    }

    /// <summary>Closes one in this process, if it is still open. Another one that has it goes on.</summary>
    public void Close(EndPoint endPoint)
    {
        Socket? socket;
        lock (sockets) sockets.Remove(endPoint, out socket);
        socket?.Dispose();
    }

    /// <summary>Closes them in this process. Another one that has them goes on.</summary>
    public void Dispose()
    {
        // Nothing was ever asked of these objects but to hold the descriptor: so they only close, and do not shut down.
        lock (sockets)
        {
            foreach (var socket in sockets.Values) socket.Dispose();
            sockets.Clear();
        }
    }

    private static Socket Bind(IPEndPoint endPoint, string option)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }
        catch (SocketException error)
        {
            throw Refusal(error, endPoint, option);
        }
    }

    private static StartupException Refusal(SocketException error, IPEndPoint endPoint, string option) =>
        new(ListenErrors.Describe(error, endPoint.ToString(), option), ExitCodes.Failed, error);
}
