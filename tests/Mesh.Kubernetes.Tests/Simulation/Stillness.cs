namespace Mesh.Kubernetes.Tests.Simulation;

/// <summary>
/// Knows when all that was started inside of it waits for time or for a server: each thread that goes on with such work is counted while it
/// does. With it a simulation draws its next event in the same state each time, although what it drives runs on the thread pool.
/// </summary>
internal sealed class Stillness
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly AsyncLocal<bool> _isInside;
    private int _running;
    private long _entries;

    public Stillness() => _isInside = new AsyncLocal<bool>(Count);

    /// <summary>What is started here, and what that starts, is waited for.</summary>
    public void Start(Action start)
    {
        _isInside.Value = true;
        try
        {
            start();
        }
        finally
        {
            _isInside.Value = false;
        }
    }

    public void Wait()
    {
        var (began, quiet) = (TimeProvider.System.GetTimestamp(), 0);
        // Work between two threads is on neither of them: only twice the same answer counts.
        while (quiet < 2)
        {
            var entries = Interlocked.Read(ref _entries);
            Pass();
            quiet = Volatile.Read(ref _running) == 0 && ThreadPool.PendingWorkItemCount == 0 && Interlocked.Read(ref _entries) == entries ? quiet + 1 : 0;
            if (TimeProvider.System.GetElapsedTime(began) > Deadline) throw new TimeoutException("the simulation does not come to rest");
        }
    }

    /// <summary>Lets the thread pool do something that was not there before.</summary>
    private static void Pass()
    {
        var isDone = false;
        ThreadPool.UnsafeQueueUserWorkItem(_ => Volatile.Write(ref isDone, true), null);
        var spin = default(SpinWait);
        while (!Volatile.Read(ref isDone)) spin.SpinOnce(sleep1Threshold: -1);
    }

    private void Count(AsyncLocalValueChangedArgs<bool> change)
    {
        if (change.CurrentValue == change.PreviousValue) return;
        Interlocked.Add(ref _running, change.CurrentValue ? 1 : -1);
        if (change.CurrentValue) Interlocked.Increment(ref _entries);
    }
}
