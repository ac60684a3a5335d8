using Mesh.Hosting;

namespace Mesh.Payments.Messaging;

/// <summary>How long to wait before trying again: doubles from <see cref="First"/> up to <see cref="Longest"/>, half of it random.</summary>
internal sealed record RetryBackoff(TimeSpan First, TimeSpan Longest)
{
    private const int MostDoublings = 30;

    /// <param name="attempts">How often it has been tried, 1 at least.</param>
    /// <param name="random">From 0 to below 1.</param>
    public TimeSpan After(int attempts, double random)
    {
        Invariant.Holds(attempts > 0 && random is >= 0 and < 1, $"backoff after {attempts} attempts with {random}");
        var whole = First * Math.Pow(2, Math.Min(attempts - 1, MostDoublings));
        if (whole > Longest) whole = Longest;
        return whole * ((1 + random) / 2);
    }
}
