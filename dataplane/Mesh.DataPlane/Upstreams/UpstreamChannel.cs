using System.Net;
using System.Text;
using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// A slot for one HTTP connection to one endpoint, with an invoker that uses it. Owning the connection one by one (instead of leaving a pool to
/// the handler) is what lets a request know its local address and peer, lets all waiting requests fail together when dialling
/// fails, and keeps the number of connections countable.
/// </summary>
public sealed class UpstreamChannel : IDisposable
{
    private readonly Func<CancellationToken, Task<UpstreamConnection>> dial;
    private readonly CancellationTokenSource closing = new();
    private readonly Task<UpstreamConnection> first;
    private readonly SocketsHttpHandler handler;
    private UpstreamConnection? current;
    private int handedOut;
    private int dead;

    internal UpstreamChannel(
        UpstreamChannelPool pool, Func<CancellationToken, Task<UpstreamConnection>> dial, TimeSpan idleTimeout, Http2KeepAlivePolicy? pings = null)
    {
        Pool = pool;
        this.dial = dial;
        handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            // Trace headers are the pipeline's business; the handler would replace them.
            ActivityHeadersPropagator = null,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            MaxConnectionsPerServer = 1,
            EnableMultipleHttp2Connections = false,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            PooledConnectionIdleTimeout = idleTimeout,
            MaxResponseHeadersLength = 96,
            // A silent peer is noticed within seconds while requests wait, and idle flows are not forgotten by load balancers (350 s).
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            KeepAlivePingDelay = AtLeastSecond(pings?.Interval ?? TimeSpan.FromSeconds(30)),
            KeepAlivePingTimeout = AtLeastSecond(pings?.Timeout ?? TimeSpan.FromSeconds(10)),
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            ConnectCallback = ConnectAsync,
        };
        Invoker = new HttpMessageInvoker(handler, disposeHandler: true);
        first = dial(closing.Token);
    }

    public HttpMessageInvoker Invoker { get; }

    internal UpstreamChannelPool Pool { get; }

    /// <summary>The connection in use, or the last one; null before the first is open.</summary>
    public UpstreamConnection? Connection => Volatile.Read(ref current);

    /// <summary>The connection broke, closed or could not be opened: take no more requests.</summary>
    internal bool IsDead => Volatile.Read(ref dead) != 0;

    /// <summary>The first connection is there; a request need not wait.</summary>
    internal bool IsOpen => Connection is not null && !IsDead;

    /// <summary>Requests in flight; guarded by the pool's lock.</summary>
    internal int Active { get; set; }

    /// <summary>Requests so far, with those in flight; guarded by the pool's lock.</summary>
    internal long Served { get; set; }

    internal DateTimeOffset IdleSince { get; set; }

    /// <summary>Completes when the connection is open.</summary>
    /// <exception cref="UpstreamException">It could not be opened.</exception>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var connection = await first.WaitAsync(cancellationToken).ConfigureAwait(false);
            Interlocked.CompareExchange(ref current, connection, null);
        }
        catch (Exception) when (first.IsFaulted || first.IsCanceled)
        {
            Volatile.Write(ref dead, 1);
            throw;
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref dead, 1);
        closing.Cancel();
        Invoker.Dispose();
        // Never handed to the handler: nobody else would close it.
        if (Interlocked.Exchange(ref handedOut, 1) == 0)
        {
            _ = first.ContinueWith(
                static done => done.Result.DisposeAsync().AsTask(),
                CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }

        closing.Dispose();
    }

    /// <summary>The handler takes nothing less.</summary>
    private static TimeSpan AtLeastSecond(TimeSpan time) => time > TimeSpan.FromSeconds(1) ? time : TimeSpan.FromSeconds(1);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // The first connection is dialled before the first request; the handler asks again when that one closed while idle.
        var connection = Interlocked.Exchange(ref handedOut, 1) == 0
            ? await first.ConfigureAwait(false)
            : await dial(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref current, connection);
        return new ObservedStream(connection.Stream, () =>
        {
            if (ReferenceEquals(Connection, connection)) Volatile.Write(ref dead, 1);
        });
    }
}
