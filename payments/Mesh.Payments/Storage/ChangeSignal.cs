namespace Mesh.Payments.Storage;

/// <summary>Wakes those in this process who wait for a commit.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource next = New();

    /// <summary>Ends with the next <see cref="Pulse"/>. Taken before looking, so that nothing between is missed.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    public void Pulse() => Interlocked.Exchange(ref next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
