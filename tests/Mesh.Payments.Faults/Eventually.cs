namespace Mesh.Payments.Faults;

/// <summary>Waits for what must come true, however slow the machine is.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    public static Task HoldsAsync(Func<bool> condition, CancellationToken cancellationToken) =>
        HoldsAsync(() => Task.FromResult(condition()), cancellationToken);

    /// <exception cref="TimeoutException">It was not true for two minutes.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Deadline) throw new TimeoutException($"not true within {Deadline.TotalSeconds} s");
            await Task.Delay(PollInterval, cancellationToken);
        }
    }
}
