using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Api;

/// <summary>Sends the events of one merchant to one watcher until he goes or this process stops.</summary>
internal sealed class PaymentWatch(EventReader reader, ChangeSignal signal, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>Watchers at a time; more are refused with RESOURCE_EXHAUSTED.</summary>
    public const int Limit = 1000;

    private const int ReadLimit = 200;

    /// <summary>How late a commit of another replica may be seen; those of this one are seen at once.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private int watchers;

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED, or UNAVAILABLE when the process stops.</exception>
    public async Task RunAsync(string merchant, long after, IServerStreamWriter<V1.PaymentEvent> responses, ServerCallContext context)
    {
        if (Interlocked.Increment(ref watchers) > Limit)
        {
            Interlocked.Decrement(ref watchers);
            throw Errors.TryAgain(StatusCode.ResourceExhausted, "TOO_MANY_WATCHERS",
                $"{Limit} watchers are connected to this replica already; try again later", RetryDelay).ToRpcException();
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            // Now, not with the first event: proxies on the way take a server that says nothing for one that does not answer.
            await context.WriteResponseHeadersAsync([]).ConfigureAwait(false);
            await SendAsync(merchant, after, responses, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw Errors.TryAgain(StatusCode.Unavailable, "SHUTTING_DOWN",
                "this replica is shutting down; watch on with the last cursor", RetryDelay).ToRpcException();
        }
        finally
        {
            Interlocked.Decrement(ref watchers);
        }
    }

    private async Task SendAsync(
        string merchant, long after, IServerStreamWriter<V1.PaymentEvent> responses, CancellationToken cancellationToken)
    {
        var position = after;
        while (true)
        {
            var changed = signal.Next;
            var events = await reader.ReadAsync(merchant, position, ReadLimit, cancellationToken).ConfigureAwait(false);
            foreach (var one in events)
            {
                Hosting.Invariant.Holds(one.Position == position + 1, $"event {one.Position} of {merchant} follows {position}");
                position = one.Position;
                await responses.WriteAsync(Message(merchant, one), cancellationToken).ConfigureAwait(false);
            }

            if (events.Count == ReadLimit) continue;
            await Task.WhenAny(changed, Task.Delay(PollInterval, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static V1.PaymentEvent Message(string merchant, StoredEvent one) => new()
    {
        Cursor = EventCursors.Write(merchant, one.Position),
        Payment = V1.Payment.Parser.ParseFrom(one.Payment),
        Time = Timestamp.FromDateTimeOffset(one.Time),
    };
}
