namespace Mesh.FakeKube.Faults;

/// <summary>While it is closed no byte passes in either direction, and every connection stays open.</summary>
internal sealed class ConnectionGate
{
    private volatile TaskCompletionSource? closed;

    public void Close() => closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open()
    {
        var waiting = closed;
        closed = null;
        waiting?.TrySetResult();
    }

    public ValueTask PassAsync(CancellationToken cancellation) =>
        closed is { } waiting ? new ValueTask(waiting.Task.WaitAsync(cancellation)) : ValueTask.CompletedTask;
}
