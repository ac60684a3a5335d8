namespace Mesh.VmAgent.Tests;

/// <summary>Polls a condition instead of waiting a fixed time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    public static Task HoldsAsync(Func<bool> condition, string what) =>
        HoldsAsync(() => Task.FromResult(condition()), what);

    public static Task HoldsAsync(Func<Task<bool>> condition, string what) => HoldsAsync(condition, () => what);

    /// <param name="what">Asked when it did not hold: it may tell more.</param>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        while (!await condition())
        {
            if (deadline.IsCancellationRequested) Assert.Fail($"not within {Deadline.TotalSeconds} s: {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        }
    }
}
