namespace Mesh.FakeKube.Tests.Support;

/// <summary>Waits for what must come; only a test that fails waits to the end.</summary>
internal static class Wait
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <param name="what">Said when it does not come.</param>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            if (limit.IsCancellationRequested) Assert.Fail($"not within {Limit}: {what}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }
}
