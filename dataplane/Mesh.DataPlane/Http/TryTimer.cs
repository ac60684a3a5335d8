namespace Mesh.DataPlane.Http;

/// <summary>The end of one try: that of the request, or the per-try timeout as long as it is armed.</summary>
internal sealed class TryTimer : IDisposable
{
    private readonly CancellationTokenSource? timer;
    private readonly CancellationTokenSource? linked;
    private readonly CancellationToken request;

    public TryTimer(TimeSpan? perTryTimeout, TimeProvider time, CancellationToken request)
    {
        this.request = request;
        if (perTryTimeout is not { } limit || limit <= TimeSpan.Zero) return;
        Limit = limit;
        timer = new CancellationTokenSource(limit, time);
        linked = CancellationTokenSource.CreateLinkedTokenSource(request, timer.Token);
    }

    public TimeSpan Limit { get; }

    public bool Expired => timer?.IsCancellationRequested == true;

    public CancellationToken Token => linked?.Token ?? request;

    /// <summary>Response headers are on their way to the caller: only the request's own end counts from now on.</summary>
    public void Disarm() => timer?.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        linked?.Dispose();
        timer?.Dispose();
    }
}
