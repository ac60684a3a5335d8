namespace Mesh.Kubernetes.Tests.Support;

/// <summary>Waits for a state; the deadline is for machines that are slow, not for the code.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <param name="meanwhile">Done before each look, e.g. letting simulated time pass.</param>
    public static async Task Holds(Func<bool> condition, string what, Action? meanwhile = null)
    {
        var until = TimeProvider.System.GetTimestamp() + (long)(Deadline.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetTimestamp() < until, $"did not happen: {what}");
            meanwhile?.Invoke();
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
