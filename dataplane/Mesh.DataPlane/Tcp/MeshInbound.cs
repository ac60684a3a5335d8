using Mesh.Config.Model;
using Mesh.DataPlane.Identity;
using Mesh.Hosting.Networking;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.DataPlane.Tcp;

/// <summary>
/// Terminates mesh mTLS on a Kestrel listener. What comes after sees plain bytes and an <see cref="IMeshConnectionFeature"/>; HTTP requests
/// get it through <c>HttpContext.Features</c>. Everything that is turned away leaves one access log line that says why.
/// </summary>
public static class MeshInbound
{
    /// <summary>
    /// Adds the termination. Add further connection middleware after it (for raw TCP ports, say), and
    /// <see cref="CleartextProtocols.UseHttp1OrHttp2Cleartext"/> last: it makes Kestrel speak what the client speaks, whatever ALPN said.
    /// </summary>
    /// <example><code>
    /// listen.UseMeshInbound(options);
    /// listen.Use(next => connection => IsRaw(connection) ? SpliceAsync(connection) : next(connection));
    /// listen.UseHttp1OrHttp2Cleartext();
    /// </code></example>
    public static ListenOptions UseMeshInbound(this ListenOptions listen, MeshInboundOptions options)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(options);
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        // Proxies of the mesh say ":scheme http" inside mTLS.
        listen.KestrelServerOptions.AllowAlternateSchemes = true;
        listen.Use(next => connection => AcceptAsync(connection, next, options));
        return listen;
    }

    private static async Task AcceptAsync(ConnectionContext connection, ConnectionDelegate next, MeshInboundOptions options)
    {
        var refusals = new RefusalLog(options.Process, options.AccessLog, options.Time, connection);
        // Not linked to ConnectionClosed: Kestrel raises it when a client has sent its last byte, and what it sent must still be judged.
        using var deadline = new CancellationTokenSource(HelloReader.Timeout, options.Time);
        ClientHello? hello;
        bool isPlain;
        try
        {
            (var status, hello, var problem) = await PeekAsync(connection, options, deadline.Token).ConfigureAwait(false);
            // A connection that closed without a word is a port check, not worth a line.
            if (status == ClientHelloStatus.NeedMore) return;
            var verdict = status == ClientHelloStatus.Malformed ? InboundVerdict.Refuse(problem) : options.Admit(hello);
            if (Refusal(verdict, status) is { } refusal)
            {
                refusals.Write(refusal, hello);
                connection.Abort(new ConnectionAbortedException(refusal));
                return;
            }

            isPlain = hello is null || verdict.IsPassedOn;
        }
        catch (OperationCanceledException)
        {
            refusals.Write("no ClientHello in time", null);
            return;
        }
        catch (IOException)
        {
            return;
        }

        if (isPlain)
        {
            TlsConnectionFeatures.SetPlainText(connection, hello);
            await next(connection).ConfigureAwait(false);
            return;
        }

        await TerminateAsync(connection, next, options, hello!, refusals, deadline.Token).ConfigureAwait(false);
    }

    private static async Task<(ClientHelloStatus Status, ClientHello? Hello, string Problem)> PeekAsync(
        ConnectionContext connection, MeshInboundOptions options, CancellationToken cancellationToken)
    {
        var input = connection.Transport.Input;
        if (options.Silence() is not { } limit) return await HelloReader.PeekAsync(input, cancellationToken).ConfigureAwait(false);
        using var clock = new CancellationTokenSource(limit, options.Time);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            return await HelloReader.PeekAsync(input, silence.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (clock.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (ClientHelloStatus.NotTls, null, "");
        }
    }

    private static string? Refusal(InboundVerdict verdict, ClientHelloStatus status)
    {
        if (verdict.Refusal is not null) return verdict.Refusal;
        return (verdict.Mode, status) switch
        {
            (MtlsMode.Strict, ClientHelloStatus.NotTls) => "plain text where mTLS is required",
            (MtlsMode.Disable, ClientHelloStatus.Complete) when !verdict.IsPassedOn => "TLS where PeerAuthentication disables it",
            _ => null,
        };
    }

    private static async Task TerminateAsync(
        ConnectionContext connection,
        ConnectionDelegate next,
        MeshInboundOptions options,
        ClientHello hello,
        RefusalLog refusals,
        CancellationToken handshake)
    {
        if (options.Identity.Current is not { } certificate)
        {
            refusals.Write("this proxy has no certificate yet", hello);
            connection.Abort();
            return;
        }

        var transport = connection.Transport;
        try
        {
            var tls = await MeshTls.AcceptAsync(
                new DuplexStream(transport), certificate, options.TrustDomains, handshake).ConfigureAwait(false);
            await using (tls.ConfigureAwait(false))
            {
                TlsConnectionFeatures.SetMesh(connection, tls, hello);
                await TlsTransport.RunAsync(connection, tls, next).ConfigureAwait(false);
            }
        }
        catch (MeshTlsException error)
        {
            refusals.Write(error.Message, hello);
        }
        catch (OperationCanceledException)
        {
            refusals.Write("the TLS handshake did not end in time", hello);
        }
        finally
        {
            connection.Transport = transport;
        }
    }
}
