using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mesh.LocalMesh;

/// <summary>
/// Opens TCP connections from inside a network namespace. A namespace belongs to a thread: the socket is made on a
/// thread of its own that entered the namespace and ends with it; the socket keeps the namespace it was made in.
/// </summary>
internal static class NamespaceDialer
{
    private const int CloneNewNet = 0x40000000;

    /// <param name="networkNamespace">Name under /run/netns; null: this process's own.</param>
    /// <param name="address">IP address to dial.</param>
    public static async Task<Stream> ConnectAsync(
        string? networkNamespace,
        string address,
        int port,
        CancellationToken cancellationToken)
    {
        var socket = networkNamespace is null ? NewSocket(address) : await InNamespaceAsync(networkNamespace, address).ConfigureAwait(false);
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(address), port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A handler whose every connection goes to one address, whatever host the request names.</summary>
    public static SocketsHttpHandler Handler(string? networkNamespace, string? fixedAddress = null, int fixedPort = 0) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        // The trace id of a sample call is set by hand.
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, token) => new ValueTask<Stream>(ConnectAsync(
            networkNamespace,
            fixedAddress ?? context.DnsEndPoint.Host,
            fixedPort == 0 ? context.DnsEndPoint.Port : fixedPort,
            token)),
    };

    private static Task<Socket> InNamespaceAsync(string name, string address)
    {
        var result = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle("/run/netns/" + name);
                if (EnterNamespace(handle, CloneNewNet) != 0)
                    throw new LocalMeshException($"cannot enter network namespace {name} (errno {Marshal.GetLastPInvokeError()}).");
                result.SetResult(NewSocket(address));
            }
            catch (Exception failure) when (failure is IOException or LocalMeshException or SocketException)
            {
                result.SetException(failure);
            }
        });
        thread.Start();
        return result.Task;
    }

    private static Socket NewSocket(string address) =>
        new(IPAddress.Parse(address).AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EnterNamespace(SafeFileHandle fileDescriptor, int kind);
}
