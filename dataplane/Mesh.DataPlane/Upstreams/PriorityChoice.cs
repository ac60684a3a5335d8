using System.Diagnostics;

namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// Which priority a call goes to. A priority takes all calls as long as seven in ten of its endpoints are usable; with fewer the rest of its share
/// goes to the next ones, so that what is left is not overrun.
/// </summary>
/// <remarks>Source: Envoy, "Priority levels" (overprovisioning factor 140) and "Panic threshold"; Istio leaves the factor as it is.</remarks>
internal static class PriorityChoice
{
    private const int Overprovisioning = 140;

    /// <param name="usable">Number of usable endpoints of each priority.</param>
    /// <param name="total">Number of endpoints of each priority.</param>
    /// <param name="minHealthPercent">Below it, and when all priorities together cannot take all calls, also unusable endpoints are called.</param>
    /// <param name="ticket">0 to 99: which of a hundred calls this is.</param>
    /// <returns>The priority, and whether all its endpoints are to be taken as usable; -1 when there is nothing to call.</returns>
    public static (int Priority, bool Panic) Of(ReadOnlySpan<int> usable, ReadOnlySpan<int> total, int minHealthPercent, int ticket)
    {
        var available = 0;
        for (var i = 0; i < total.Length; i++) available += Health(usable[i], total[i]);
        if (available == 0)
        {
            for (var i = 0; i < total.Length; i++)
                if (IsPanicking(usable[i], total[i], minHealthPercent)) return (i, true);
            return (-1, false);
        }

        var whole = Math.Min(100, available);
        var left = ticket * whole / 100;
        var taken = 0;
        for (var i = 0; i < total.Length; i++)
        {
            var share = Math.Min(Health(usable[i], total[i]), whole - taken);
            taken += share;
            if (left < taken) return (i, available < 100 && IsPanicking(usable[i], total[i], minHealthPercent));
        }

        throw new UnreachableException($"call {ticket} of 100 has no priority among {total.Length} with {available} % available");
    }

    private static int Health(int usable, int total) =>
        // One usable endpoint among many is not nothing.
        usable == 0 ? 0 : Math.Clamp(Overprovisioning * usable / total, 1, 100);

    private static bool IsPanicking(int usable, int total, int minHealthPercent) => total > 0 && usable * 100 < minHealthPercent * total;
}
