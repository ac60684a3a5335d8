using Xunit;

namespace Mesh.Istiod.Tests;

/// <summary>Waits for a condition with a generous deadline, instead of for a time.</summary>
internal static class Poll
{
    public static async Task UntilAsync(Func<bool> condition, string what, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 1500; attempt++)
        {
            if (condition()) return;
            await Task.Delay(10, cancellationToken);
        }

        Assert.Fail($"never happened: {what}");
    }
}
