using Grpc.Core;
using Grpc.Core.Interceptors;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Api;

/// <summary>Turns what was thrown into what callers are told; a defect is logged and named only by its trace.</summary>
internal sealed partial class ErrorInterceptor(IDatabase database, TimeProvider time, ILogger<ErrorInterceptor> log) : Interceptor
{
    private const string TraceTrailer = "trace-id";
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        AddTrace(context);
        try
        {
            return await continuation(request, context).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Translate(exception, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        AddTrace(context);
        try
        {
            await continuation(request, responseStream, context).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Translate(exception, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        AddTrace(context);
        try
        {
            return await continuation(requestStream, context).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Translate(exception, context);
        }
    }

    /// <summary>For the one who asks why: the trailer leads to the logs of every process on the way.</summary>
    private static void AddTrace(ServerCallContext context) =>
        context.ResponseTrailers.Add(TraceTrailer, Caller.Of(context.GetHttpContext()).TraceId);

    private RpcException Translate(Exception exception, ServerCallContext context)
    {
        var domain = context.Method.StartsWith("/ledger.v1.", StringComparison.Ordinal) ? Errors.LedgerDomain : Errors.Domain;
        switch (exception)
        {
            // The second is what a stream says when it is written to after its caller has gone.
            case OperationCanceledException or InvalidOperationException when context.CancellationToken.IsCancellationRequested:
                return new RpcException(context.Deadline <= time.GetUtcNow().UtcDateTime
                    ? new Status(StatusCode.DeadlineExceeded, "the deadline passed; sending it again with its key is safe")
                    : new Status(StatusCode.Cancelled, "the caller went away"));
            case QueueFullException:
                return Errors.TryAgain(StatusCode.ResourceExhausted, "QUEUE_FULL",
                    "too many requests are waiting; nothing was done, send it again later", RetryDelay, domain).ToRpcException();
            case AcquirerBusyException:
                return Errors.TryAgain(StatusCode.ResourceExhausted, "ACQUIRER_BUSY",
                    "too many payments wait for the acquirer; nothing was done, send it again later", RetryDelay, domain).ToRpcException();
            case StoreUnavailableException:
            // A read that the store did not answer, or refused for the moment, is no defect either.
            case Exception read when database.Classify(read) is SqlFailure.Unavailable or SqlFailure.Conflict:
                LogUnavailable(context.Method, (exception.InnerException ?? exception).Message);
                return Errors.TryAgain(StatusCode.Unavailable, "STORE_UNAVAILABLE",
                    "the store did not answer; send it again with its key", RetryDelay, domain).ToRpcException();
            default:
                var trace = Caller.Of(context.GetHttpContext()).TraceId;
                LogDefect(context.Method, trace, exception);
                return Errors.Internal(trace, domain).ToRpcException();
        }
    }

    [LoggerMessage(40, LogLevel.Error, "{Method} failed, trace {TraceId}")]
    private partial void LogDefect(string method, string traceId, Exception exception);

    [LoggerMessage(41, LogLevel.Warning, "{Method}: the store did not answer: {Reason}")]
    private partial void LogUnavailable(string method, string? reason);
}
