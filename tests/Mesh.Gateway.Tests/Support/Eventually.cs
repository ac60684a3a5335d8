namespace Mesh.Gateway.Tests.Support;

/// <summary>Waits for what a change of the configuration brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <param name="what">Says what is missing, for the failure.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!deadline.IsCancellationRequested)
        {
            if (await condition()) return;
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"waited too long for {what()}");
    }
}
