using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Mesh.Hosting.Networking;

/// <summary>One clear line for a listener that cannot be bound: which address, why, and which option changes it.</summary>
public static class ListenErrors
{
    /// <summary>
    /// Tries the address before a server is built on it, so that the message can name the option it came from (a server that
    /// fails later only knows the address). Port 0 is always free.
    /// </summary>
    /// <param name="option">Name of the setting without dashes, e.g. <c>listen</c>.</param>
    /// <exception cref="StartupException">Something else listens there, or the address is not this machine's.</exception>
    public static void EnsureFree(IPEndPoint endPoint, string option)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        try
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endPoint);
        }
        catch (SocketException exception)
        {
            throw new StartupException(Describe(exception, endPoint.ToString(), option), ExitCodes.Failed, exception);
        }
    }

    /// <summary>The line for a failed bind, e.g. <c>cannot listen on 127.0.0.1:8443: address already in use; …</c>.</summary>
    public static string Describe(SocketException exception, string address, string option)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var (reason, remedy) = exception.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse =>
                ("address already in use", $"stop the other process or choose another with --{option}"),
            SocketError.AddressNotAvailable =>
                ("not an address of this machine", $"choose one that is with --{option}"),
            SocketError.AccessDenied =>
                ("permission denied", $"ports below 1024 need CAP_NET_BIND_SERVICE; choose another with --{option}"),
            _ => (exception.Message, $"choose another with --{option}"),
        };
        return $"cannot listen on {address}: {reason}; {remedy}";
    }

    /// <summary>Null when <paramref name="exception"/> is not Kestrel failing to bind.</summary>
    internal static string? FromKestrel(Exception exception)
    {
        // Kestrel wraps only "in use", and puts the address into its text ("Failed to bind to address http://127.0.0.1:80: …").
        if (exception is IOException { InnerException: AddressInUseException })
        {
            const string prefix = "Failed to bind to address ";
            var message = exception.Message.StartsWith(prefix, StringComparison.Ordinal) ? exception.Message[prefix.Length..] : "";
            var end = message.IndexOf(": ", StringComparison.Ordinal);
            var address = end > 0 ? message[..end] : "an address it was told to listen on";
            address = address[(address.LastIndexOf('/') + 1)..];
            return $"cannot listen on {address}: address already in use; stop the other process or configure another address";
        }

        return exception is SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.AccessDenied } socket
            ? $"cannot listen: {socket.Message}; configure an address and port this process may use"
            : null;
    }
}
