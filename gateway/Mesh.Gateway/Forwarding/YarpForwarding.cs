using Mesh.DataPlane.Http;
using Mesh.DataPlane.Upstreams;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway.Forwarding;

/// <summary>
/// Forwards with YARP's direct forwarder, over our own connections: YARP copies bodies both ways, trailers and upgrades; what is sent and whether a
/// response is passed on is decided by the pipeline.
/// </summary>
public sealed class YarpForwarding : IHttpForwarding
{
    /// <summary>The pipeline has the route's timeouts; YARP's own would end idle streams.</summary>
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = Timeout.InfiniteTimeSpan };

    private readonly IHttpForwarder forwarder;
    private readonly UpstreamChannels channels;

    public YarpForwarding(IHttpForwarder forwarder, UpstreamChannels channels)
    {
        this.forwarder = forwarder;
        this.channels = channels;
    }

    public async Task<ForwardResult> ForwardAsync(ForwardTry attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        UpstreamChannel? channel = null;
        try
        {
            channel = await channels.RentAsync(attempt.Upstream, attempt.Endpoint, attempt.Http2, cancellationToken);
            return await ForwardAsync(attempt, channel, cancellationToken);
        }
        catch (UpstreamException error)
        {
            return new ForwardResult { Failure = error.Failure, Problem = error.Message };
        }
        catch (OperationCanceledException)
        {
            return new ForwardResult { Failure = UpstreamFailure.Cancelled, Problem = "cancelled while connecting" };
        }
        finally
        {
            if (channel is not null) UpstreamChannels.Return(channel);
        }
    }

    private async Task<ForwardResult> ForwardAsync(ForwardTry attempt, UpstreamChannel channel, CancellationToken cancellationToken)
    {
        var context = attempt.Context;
        var transformer = new TryTransformer(attempt);
        var requestBody = context.Request.Body;
        var responseBody = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var reset = context.Features.Get<IHttpResetFeature>();
        var counted = new CountingStream(responseBody, attempt.Messages);
        ForwarderError error;
        try
        {
            if (attempt.Body is { } body) context.Request.Body = body;
            else if (context.Request.ContentType is not null) PretendBody(context);
            context.Features.Set<IHttpResponseBodyFeature>(counted);
            context.Features.Set<IHttpResetFeature>(transformer);
            error = await forwarder.SendAsync(context, "http://upstream", channel.Invoker, Config, transformer, cancellationToken);
        }
        finally
        {
            context.Request.Body = requestBody;
            context.Features.Set(responseBody);
            context.Features.Set(reset);
        }

        // YARP leaves its verdict in the status (502, or that of a declined response) and refuses a response that has one.
        if ((error != ForwarderError.None || transformer.Declined) && !context.Response.HasStarted) context.Response.Clear();

        var result = new ForwardResult
        {
            Status = transformer.Status,
            GrpcStatus = transformer.GrpcStatus,
            Declined = transformer.Declined,
            BytesSent = counted.Written,
            PeerMetadata = transformer.PeerMetadata,
            UpstreamLocal = channel.Connection?.Local,
            UpstreamPeer = channel.Connection?.Peer,
        };
        if (error == ForwarderError.None || transformer.Declined) return result;
        if (transformer.Completed)
        {
            context.Features.Set<IForwarderErrorFeature>(null);
            return result;
        }

        result = Failed(result, context, error, out var exception, cancellationToken);
        if (transformer.WasReset) BreakOff(context, exception, cancellationToken);
        return result;
    }

    /// <summary>
    /// A request without a body may have a content type, as a gRPC stream that ends before its first message: YARP sends content headers only with
    /// content, so it gets an empty one.
    /// </summary>
    private static void PretendBody(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is EmptyBody) return;
        context.Features.Set<IHttpRequestBodyDetectionFeature>(EmptyBody.Instance);
    }

    /// <summary>A gRPC caller is told a status, others see that the response is not whole.</summary>
    private static void BreakOff(HttpContext context, Exception? exception, CancellationToken cancellationToken)
    {
        const int internalError = 2;
        if (GrpcStatus.IsGrpc(context.Request) && context.Response.SupportsTrailers())
            GrpcInterruption.End(context, exception, cancellationToken.IsCancellationRequested);
        else if (context.Features.Get<IHttpResetFeature>() is { } reset) reset.Reset(internalError);
        else context.Abort();
    }

    private static ForwardResult Failed(
        ForwardResult result, HttpContext context, ForwarderError error, out Exception? exception, CancellationToken cancellationToken)
    {
        exception = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        // The feature belongs to this try; a later one may succeed.
        context.Features.Set<IForwarderErrorFeature>(null);
        var failure = error switch
        {
            _ when cancellationToken.IsCancellationRequested => UpstreamFailure.Cancelled,
            ForwarderError.RequestTimedOut => UpstreamFailure.Timeout,
            ForwarderError.RequestBodyClient => UpstreamFailure.RequestBody,
            ForwarderError.ResponseBodyClient => UpstreamFailure.Cancelled,
            _ => exception is null ? UpstreamFailure.Reset : UpstreamErrors.Classify(exception),
        };
        return result with { Failure = failure, Problem = exception is null ? error.ToString() : UpstreamErrors.Describe(exception) };
    }

    private sealed class EmptyBody : IHttpRequestBodyDetectionFeature
    {
        public static EmptyBody Instance { get; } = new();

        public bool CanHaveBody => true;
    }
}
