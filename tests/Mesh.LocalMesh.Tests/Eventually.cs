using System.Diagnostics;

namespace Mesh.LocalMesh.Tests;

/// <summary>Waits for a state, with a deadline that is far beyond what is expected.</summary>
internal static class Eventually
{
    public static async Task<TimeSpan> Holds(Func<Task<bool>> condition, string what, TimeSpan? deadline = null)
    {
        var limit = deadline ?? TimeSpan.FromSeconds(90);
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < limit, $"not within {limit.TotalSeconds} s: {what}");
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }

        return Stopwatch.GetElapsedTime(began);
    }
}
