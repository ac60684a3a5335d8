using System.Buffers.Binary;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>One stream of a client, from the server's side.</summary>
internal sealed class FakeStream(HttpContext context) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken aborted = context.RequestAborted;

    /// <summary>Ends when the server has ended the stream, or the connection is gone.</summary>
    public Task Over => Task.WhenAny(over.Task, Task.Delay(Timeout.Infinite, aborted));

    /// <summary><c>StreamAggregatedResources</c> or <c>DeltaAggregatedResources</c>.</summary>
    public string Method { get; } = context.Request.Path.Value!.Split('/')[^1];

    public string Authorization { get; } = context.Request.Headers.Authorization.ToString();

    public string ClusterId { get; } = context.Request.Headers["clusterid"].ToString();

    public bool HasClientCertificate { get; } = context.Connection.ClientCertificate is not null;

    /// <summary>The next message as it is on the wire; null when the client has finished.</summary>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Deadline);
        var prefix = new byte[5];
        var read = await context.Request.Body.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, limit.Token);
        if (read == 0) return null;
        var message = new byte[BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1))];
        await context.Request.Body.ReadExactlyAsync(message, limit.Token);
        return message;
    }

    /// <summary>The next message; a failure when the client has finished.</summary>
    public async Task<T> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T> =>
        parser.ParseFrom(await ReadAsync(cancellationToken) ?? throw new EndOfStreamException("the client has finished"));

    public Task SendAsync(IMessage message, CancellationToken cancellationToken) => SendAsync(message.ToByteArray(), cancellationToken);

    public async Task SendAsync(byte[] message, CancellationToken cancellationToken)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, 5);
        await context.Response.Body.WriteAsync(frame, cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }

    /// <summary>Ends the stream with a status, as a handler that returned an error does.</summary>
    public async Task EndAsync(StatusCode code, string message)
    {
        await context.Response.StartAsync(aborted);
        context.Response.AppendTrailer("grpc-status", ((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture));
        context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
        over.TrySetResult();
    }

    /// <summary>The connection is gone, as when the network is.</summary>
    public void Cut()
    {
        if (over.Task.IsCompleted) return;
        context.Abort();
        over.TrySetResult();
    }

    public void Dispose() => over.TrySetResult();
}
