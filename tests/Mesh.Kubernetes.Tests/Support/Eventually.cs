namespace Mesh.Kubernetes.Tests.Support;

/// <summary>Waits for a state; the deadline is for machines that are slow, not for the code.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    /// <param name="meanwhile">Done before each look, e.g. letting simulated time pass.</param>
    public static Task Holds(Func<bool> condition, string what, Action? meanwhile = null) =>
        HoldsAsync(() => Task.FromResult(condition()), what, meanwhile);

    /// <inheritdoc cref="Holds" />
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, Action? meanwhile = null)
    {
        var until = TimeProvider.System.GetTimestamp() + (long)(Deadline.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetTimestamp() < until, $"did not happen: {what}");
            meanwhile?.Invoke();
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
