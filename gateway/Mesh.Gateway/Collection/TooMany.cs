namespace Mesh.Gateway.Collection;

/// <summary>When more machines are gone together than machines die: then it is rather the network, or whoever looks, that is broken.</summary>
internal static class TooMany
{
    private const int Few = 3;
    private const int TolerableShare = 3;

    /// <summary>More than a third, of three or more.</summary>
    public static bool Are(int silent, int all) => all >= Few && silent * TolerableShare > all;
}
