using Mesh.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.VmAgent.Handover;

/// <summary>Counts what is connected, and lets connections end in order when their place is another process.</summary>
internal sealed class ConnectionDrain
{
    private readonly TaskCompletionSource none = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;
    private volatile bool leaving;

    public int Count => Volatile.Read(ref count);

    /// <summary>Counts every connection of a listener, for as long as anything serves it.</summary>
    public void Follow(ListenOptions listen) => listen.Use(next => connection => ServeAsync(connection, next));

    /// <summary>
    /// While leaving, the first request of a connection is its last: the answer says so, to HTTP/1.1 by <c>Connection: close</c> and to
    /// HTTP/2 by GOAWAY. A quiet connection of HTTP/1.1 is left alone: closed by us it could meet a request that is just being sent.
    /// </summary>
    public async Task ServeAsync(HttpContext context, RequestDelegate serve)
    {
        if (leaving) Close(context);
        await serve(context).ConfigureAwait(false);
        // A stream that was open all the while was promised nothing; with GOAWAY a client sends again what was not taken any more.
        if (leaving && HttpProtocol.IsHttp2(context.Request.Protocol)) Close(context);
    }

    /// <summary>From now on nothing new comes.</summary>
    public void BeginLeaving()
    {
        leaving = true;
        Look();
    }

    /// <summary>Until the last connection has ended; to be called after <see cref="BeginLeaving"/>.</summary>
    public Task WaitForNoneAsync(CancellationToken cancellationToken)
    {
        Invariant.Holds(leaving, $"{Count} connections are not on their way out");
        return none.Task.WaitAsync(cancellationToken);
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        Interlocked.Increment(ref count);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            var left = Interlocked.Decrement(ref count);
            Invariant.Holds(left >= 0, $"{left} connections are open");
            Look();
        }
    }

    private static void Close(HttpContext context) => context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();

    private void Look()
    {
        if (leaving && Count == 0) none.TrySetResult();
    }
}
