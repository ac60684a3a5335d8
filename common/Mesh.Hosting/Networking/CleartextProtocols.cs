using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Mesh.Hosting.Networking;

/// <summary>HTTP/1.1 and HTTP/2 with prior knowledge (h2c) on one port without TLS, as Envoy's listeners have it.</summary>
/// <remarks>
/// Kestrel serves one or the other on a plain port, because only ALPN would tell it which. The first bytes tell as well:
/// an HTTP/2 client must begin with the connection preface (RFC 9113 section 3.4), which no HTTP/1.1 request can be.
/// </remarks>
public static class CleartextProtocols
{
    /// <summary>How long a connection may stay silent before it has shown its protocol.</summary>
    public static readonly TimeSpan SniffTimeout = TimeSpan.FromSeconds(30);

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Serves both protocols on this plain-text listener; <c>Request.Scheme</c> stays http.</summary>
    public static ListenOptions UseHttp1OrHttp2Cleartext(this ListenOptions listenOptions)
    {
        ArgumentNullException.ThrowIfNull(listenOptions);
        listenOptions.Protocols = HttpProtocols.Http1AndHttp2;
        // An h2c connection is shown to Kestrel as one with ALPN "h2" (below); its ":scheme http" must then be allowed.
        listenOptions.KestrelServerOptions.AllowAlternateSchemes = true;
        listenOptions.Use(next => async connection =>
        {
            if (await IsHttp2Async(connection).ConfigureAwait(false) is not { } isHttp2) return;
            if (isHttp2) ShowAsHttp2(connection);
            await next(connection).ConfigureAwait(false);
        });
        return listenOptions;
    }

    /// <summary>Makes Kestrel's HTTP layer speak HTTP/2 on <paramref name="connection"/> whatever was negotiated.</summary>
    public static void ShowAsHttp2(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.Features.Get<ITlsConnectionFeature>() is null)
            connection.Features.Set<ITlsConnectionFeature>(new NoCertificate());
        connection.Features.Set<ITlsApplicationProtocolFeature>(new Http2Protocol());
    }

    /// <summary>
    /// Peeks at the first bytes without consuming them. Null when the connection ended, or stayed undecided for
    /// <see cref="SniffTimeout"/>.
    /// </summary>
    public static async Task<bool?> IsHttp2Async(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        deadline.CancelAfter(SniffTimeout);
        try
        {
            return await PeekAsync(connection.Transport.Input, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return null;
        }
    }

    private static async Task<bool?> PeekAsync(PipeReader input, CancellationToken cancellationToken)
    {
        var examined = 0L;
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            var decision = Decide(buffer);
            if (decision is null && !result.IsCompleted && !result.IsCanceled)
            {
                examined = buffer.Length;
                input.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            // Not marked as examined beyond what already was, so that the HTTP layer's first read returns at once.
            input.AdvanceTo(buffer.Start, buffer.GetPosition(examined));
            if (decision is null && buffer.IsEmpty) return null;
            return decision ?? false;
        }
    }

    /// <summary>Null while the bytes so far are a proper beginning of the preface.</summary>
    private static bool? Decide(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> head = stackalloc byte[Preface.Length];
        head = head[..(int)Math.Min(buffer.Length, Preface.Length)];
        buffer.Slice(0, head.Length).CopyTo(head);
        if (!Preface.StartsWith(head)) return false;
        return head.Length == Preface.Length ? true : null;
    }

    private sealed class NoCertificate : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(
            CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }

    private sealed class Http2Protocol : ITlsApplicationProtocolFeature
    {
        private static readonly byte[] H2 = "h2"u8.ToArray();

        public ReadOnlyMemory<byte> ApplicationProtocol => H2;
    }
}
