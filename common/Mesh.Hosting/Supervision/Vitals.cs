using System.Collections.Concurrent;

namespace Mesh.Hosting.Supervision;

/// <summary>
/// Whether what keeps a process at work is still at work. A process whose loops have died may look well from outside, and do nothing: its
/// watchdog is told of it here, so that it is started again. Thread-safe.
/// </summary>
/// <example><code>
/// vitals.Watch("registration", keeper.RunAsync(stop));    // must not end by itself
/// vitals.Beat("renewal");                                 // from a loop, every time around
/// </code></example>
public sealed class Vitals(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, long> beats = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> tasks = new(StringComparer.Ordinal);

    /// <summary>A loop is here; from its first beat on it must not fall silent.</summary>
    public void Beat(string name) => beats[name] = time.GetTimestamp();

    /// <summary>Must go on until the process stops: that it ended, in whichever way, is a defect.</summary>
    public void Watch(string name, Task task) => tasks[name] = task;

    /// <summary>What has stopped, each as <c>name: how</c>; empty while everything is at work.</summary>
    /// <param name="limit">The longest silence that a living loop may keep.</param>
    public IReadOnlyList<string> Stopped(TimeSpan limit)
    {
        var stopped = new List<string>();
        foreach (var (name, task) in tasks.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            if (task.IsCompleted) stopped.Add($"{name}: ended{(task.Exception?.InnerException is { } error ? $" with {error.GetType().Name}: {error.Message}" : "")}");
        foreach (var (name, last) in beats.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            if (time.GetElapsedTime(last) is var silent && silent > limit) stopped.Add($"{name}: nothing for {silent.TotalSeconds:0} s");
        return stopped;
    }
}
