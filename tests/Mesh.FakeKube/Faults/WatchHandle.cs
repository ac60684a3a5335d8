using System.IO.Pipelines;
using Mesh.FakeKube.Kinds;

namespace Mesh.FakeKube.Faults;

/// <summary>One open watch, as faults see it.</summary>
internal sealed class WatchHandle(WatchRegistry registry, ResourceType type, CancellationToken aborted) : IDisposable
{
    private readonly CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
    private volatile bool silent;

    public string Resource => type.Id;

    /// <summary>Cancelled when the client is gone or the watch is ended from here.</summary>
    public CancellationToken Ended => ended.Token;

    /// <summary>From now on nothing is sent, and the connection stays open: the client cannot tell it from a quiet cluster.</summary>
    public void Silence() => silent = true;

    public void End()
    {
        try
        {
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The client was faster.
        }
    }

    /// <summary>Before anything is written: a silent watch goes no further until it ends.</summary>
    public Task PassAsync() => silent ? Task.Delay(Timeout.InfiniteTimeSpan, Ended) : Task.CompletedTask;

    public async Task FlushAsync(PipeWriter output) => await output.FlushAsync(Ended);

    public void Dispose()
    {
        registry.Remove(this);
        ended.Dispose();
    }
}
