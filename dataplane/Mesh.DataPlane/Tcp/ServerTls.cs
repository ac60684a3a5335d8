using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.DataPlane.Tcp;

/// <summary>Terminates ordinary TLS on a Kestrel listener, with the certificate chosen per connection by SNI.</summary>
public static class ServerTls
{
    public static ListenOptions UseServerTls(this ListenOptions listen, ServerTlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(options);
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.KestrelServerOptions.AllowAlternateSchemes = true;
        listen.Use(next => connection => AcceptAsync(connection, next, options));
        return listen;
    }

    private static async Task AcceptAsync(ConnectionContext connection, ConnectionDelegate next, ServerTlsOptions options)
    {
        var refusals = new RefusalLog(options.Process, options.AccessLog, options.Time, connection);
        // Not linked to ConnectionClosed: Kestrel raises it when a client has sent its last byte, and what it sent is still answered.
        using var deadline = new CancellationTokenSource(HelloReader.Timeout, options.Time);
        var transport = connection.Transport;
        ClientHello? hello = null;
        try
        {
            (var status, hello, var problem) = await HelloReader.PeekAsync(transport.Input, deadline.Token).ConfigureAwait(false);
            if (status == ClientHelloStatus.NeedMore) return;
            if (status != ClientHelloStatus.Complete)
            {
                refusals.Write(problem, null);
                connection.Abort();
                return;
            }

            if (options.Take?.Invoke(hello!) is { } taker)
            {
                await taker(connection).ConfigureAwait(false);
                return;
            }

            if (options.Select(hello!) is not { } handshake)
            {
                refusals.Write($"no server of this port has a certificate for '{hello!.ServerName}'", hello);
                connection.Abort();
                return;
            }

            var tls = new SslStream(new DuplexStream(transport), leaveInnerStreamOpen: false);
            await using (tls.ConfigureAwait(false))
            {
                await tls.AuthenticateAsServerAsync(handshake.Options, deadline.Token).ConfigureAwait(false);
                if (handshake.IsMesh) TlsConnectionFeatures.SetMesh(connection, tls, hello!);
                else TlsConnectionFeatures.SetServer(connection, tls, hello!);
                await TlsTransport.RunAsync(connection, tls, next).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            refusals.Write("the TLS handshake did not end in time", hello);
        }
        catch (AuthenticationException error)
        {
            refusals.Write($"TLS handshake failed: {(error.InnerException ?? error).Message}", hello);
        }
        catch (IOException)
        {
            // The client went away during the handshake.
        }
        finally
        {
            connection.Transport = transport;
        }
    }
}
