using System.Diagnostics;
using Mesh.Bench.Gateway.Proxies;

namespace Mesh.Bench.Agents;

/// <summary>Waiting for what must come.</summary>
internal static class Until
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    /// <param name="process">Must not end meanwhile.</param>
    /// <exception cref="InvalidOperationException">It did not come within <see cref="Limit"/>, or the process ended.</exception>
    public static Task TrueAsync(Func<bool> condition, string what, BenchProcess? process = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, process);

    /// <inheritdoc cref="TrueAsync(Func{bool}, string, BenchProcess?)"/>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, BenchProcess? process = null, TimeSpan? limit = null)
    {
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Step);
        while (!await condition())
        {
            process?.EnsureRunning();
            if (Stopwatch.GetElapsedTime(began) > (limit ?? Limit))
                throw new InvalidOperationException($"waited {(limit ?? Limit).TotalSeconds:0} s in vain until {what}{(process is null ? "" : ": " + process.LastWords())}");
            await timer.WaitForNextTickAsync();
        }
    }
}
