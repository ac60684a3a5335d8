namespace Mesh.DataPlane.Tests.Support;

public static class Poll
{
    public static async Task<T> ForAsync<T>(Func<T?> find, string what)
        where T : class
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!deadline.IsCancellationRequested)
        {
            if (find() is { } found) return found;
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"waited too long for {what}");
    }

    public static Task UntilAsync(Func<bool> condition, string what) => ForAsync(() => condition() ? "yes" : null, what);
}
