using System.Diagnostics;

namespace Mesh.Bench.Payments;

/// <summary>Callers that each send one call after the other, as soon as the last was answered.</summary>
internal static class Load
{
    /// <param name="call">One call of a caller; throws when it did not succeed.</param>
    public static async Task<(Figures Figures, long Answers)> RunAsync(
        int callers, TimeSpan warmUp, TimeSpan measured, Func<int, Random, Task> call)
    {
        var clock = Stopwatch.StartNew();
        var end = warmUp + measured;
        var answers = 0L;
        var lists = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            var milliseconds = new List<double>();
            while (clock.Elapsed is var start && start < end)
            {
                await call(caller, random);
                Interlocked.Increment(ref answers);
                // Counted when the client has its answer, within the measured time.
                if (clock.Elapsed is var done && done >= warmUp && done < end) milliseconds.Add((done - start).TotalMilliseconds);
            }

            return milliseconds;
        })));
        return (Figures.Of([.. lists.SelectMany(list => list)], measured.TotalSeconds), answers);
    }
}
