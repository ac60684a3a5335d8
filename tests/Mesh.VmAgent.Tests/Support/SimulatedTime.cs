using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.VmAgent.Tests;

/// <summary>Time that a test moves, and that tells what is being waited for, so that no step is made before somebody waits.</summary>
internal sealed class SimulatedTime() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    private readonly ConcurrentDictionary<TimeSpan, int> waits = new();
    private readonly ConcurrentDictionary<TimeSpan, int> steps = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        waits.AddOrUpdate(dueTime, 1, (_, count) => count + 1);
        return timer;
    }

    /// <summary>Waits until somebody began one more wait of exactly this length, then lets it pass.</summary>
    public async Task PassAsync(TimeSpan wait)
    {
        await BeginsAsync(wait);
        steps.AddOrUpdate(wait, 1, (_, count) => count + 1);
        Advance(wait);
    }

    /// <summary>Waits until somebody began one more wait of exactly this length than have passed.</summary>
    public Task BeginsAsync(TimeSpan wait) => Eventually.HoldsAsync(
        () => waits.GetValueOrDefault(wait) > steps.GetValueOrDefault(wait), $"the next wait of {wait} begins");
}
