using System.Buffers;
using Mesh.DataPlane.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Mesh.DataPlane.Http;

/// <summary>Forwards over an <see cref="HttpMessageInvoker"/> per connection; HTTP/1.1 and HTTP/2 on both sides, streams and trailers.</summary>
public sealed class InvokerForwarding : IHttpForwarding
{
    private const int PieceSize = 16 * 1024;

    private readonly UpstreamChannels channels;

    public InvokerForwarding(UpstreamChannels channels) => this.channels = channels;

    public async Task<ForwardResult> ForwardAsync(ForwardTry attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        UpstreamChannel? channel = null;
        var exchange = new Exchange();
        // Ends the copying of the request body once the response is over, whichever way. One that is there whole needs no copying.
        using var done = attempt is { Body: not null, WholeBody: null } ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null;
        try
        {
            channel = await channels.RentAsync(attempt.Upstream, attempt.Endpoint, attempt.Http2, cancellationToken).ConfigureAwait(false);
            using var request = new HttpRequestMessage();
            request.Content = ContentOf(attempt, done);
            ForwardedMessage.FillRequest(request, attempt);
            using var response = await channel.Invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
            exchange.Status = (int)response.StatusCode;
            exchange.GrpcStatus = ForwardedMessage.GrpcStatusInHeaders(response);
            exchange.PeerMetadata = ForwardedMessage.TakePeerMetadata(response);
            if (!attempt.Accept(exchange.Status.Value, exchange.GrpcStatus)) return Result(channel, exchange, declined: true);
            ForwardedMessage.CopyResponseHead(response, attempt);
            await CopyBodyAsync(response, attempt, exchange, cancellationToken).ConfigureAwait(false);
            CopyTrailers(response, attempt.Context, exchange);
            return Result(channel, exchange);
        }
#pragma warning disable CA1031 // Whatever an endpoint or caller does ends up in the result; that is the contract.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var failure = cancellationToken.IsCancellationRequested ? UpstreamFailure.Cancelled : UpstreamErrors.Classify(error);
            if (attempt.Context.Response.HasStarted) EndIncomplete(attempt.Context, failure, error);
            return Result(channel, exchange) with { Failure = failure, Problem = UpstreamErrors.Describe(error) };
        }
        finally
        {
            if (done is not null) await done.CancelAsync().ConfigureAwait(false);
            if (channel is not null) UpstreamChannels.Return(channel);
        }
    }

    private static ForwardResult Result(UpstreamChannel? channel, Exchange exchange, bool declined = false) => new()
    {
        Status = exchange.Status,
        GrpcStatus = exchange.GrpcStatus,
        BytesSent = exchange.BytesSent,
        Declined = declined,
        UpstreamLocal = channel?.Connection?.Local,
        UpstreamPeer = channel?.Connection?.Peer,
        PeerMetadata = exchange.PeerMetadata,
    };

    private static HttpContent? ContentOf(ForwardTry attempt, CancellationTokenSource? done)
    {
        if (attempt.WholeBody is { } whole)
        {
            var content = new ByteArrayContent(whole);
            // The length is said where the caller said it, and nowhere else.
            content.Headers.ContentLength = null;
            return content;
        }

        return attempt.Body is { } body ? new StreamingContent(body, attempt.Context.Request.ContentLength, attempt.Http2, done!.Token) : null;
    }

    private static async Task CopyBodyAsync(
        HttpResponseMessage response, ForwardTry attempt, Exchange exchange, CancellationToken cancellationToken)
    {
        var output = attempt.Context.Response.BodyWriter;
        var input = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        var (headersSent, waiting) = (false, 0);
        try
        {
            while (true)
            {
                var pending = input.ReadAsync(buffer, cancellationToken);
                // Nothing more there yet: the caller gets what there is, be it only the headers. What is there already, up to the trailers and
                // the end, goes out as one.
                if (!pending.IsCompleted && (!headersSent || waiting > 0) || waiting >= PieceSize * 2)
                {
                    await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                    (headersSent, waiting) = (true, 0);
                }

                var read = await pending.ConfigureAwait(false);
                if (read == 0)
                {
                    // An answer of known length ends without a sign in HTTP/1.1: what waits would wait for the next answer.
                    if (headersSent && waiting > 0 && !HttpProtocol.IsHttp2(attempt.Context.Request.Protocol))
                        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                    return;
                }

                // Asked for by size: Kestrel gives nothing at times to those who take what comes.
                buffer.AsSpan(0, read).CopyTo(output.GetSpan(read));
                output.Advance(read);
                waiting += read;
                exchange.BytesSent += read;
                attempt.Messages?.Read(buffer.AsSpan(0, read));
            }
        }
        catch (Exception) when (waiting > 0)
        {
            // What the server said before it failed is the caller's, and the response has begun with it.
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void CopyTrailers(HttpResponseMessage response, HttpContext context, Exchange exchange)
    {
        var supported = context.Response.SupportsTrailers();
        foreach (var (name, values) in response.TrailingHeaders.NonValidated)
        {
            if (name.Equals(GrpcStatus.StatusHeader, StringComparison.OrdinalIgnoreCase))
                exchange.GrpcStatus = GrpcStatus.Parse(values.ToString());
            if (supported) context.Response.AppendTrailer(name, values.Count == 1 ? values.ToString() : new StringValues([.. values]));
        }
    }

    private static void EndIncomplete(HttpContext context, UpstreamFailure failure, Exception error)
    {
        if (context.RequestAborted.IsCancellationRequested) return;
        if (GrpcStatus.IsGrpc(context.Request) && context.Response.SupportsTrailers())
        {
            GrpcInterruption.End(context, error, failure is UpstreamFailure.Cancelled or UpstreamFailure.Timeout);
            return;
        }

        const int internalError = 2;
        if (context.Features.Get<IHttpResetFeature>() is { } reset) reset.Reset(internalError);
        else context.Abort();
    }

    private sealed class Exchange
    {
        public int? Status { get; set; }
        public int? GrpcStatus { get; set; }
        public long BytesSent { get; set; }
        public string? PeerMetadata { get; set; }
    }
}
