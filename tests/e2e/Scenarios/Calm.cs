namespace Mesh.EndToEnd.Scenarios;

/// <summary>Nothing happens: what the other scenarios are compared with.</summary>
internal static class Calm
{
    public static Scenario CallsBothWays { get; } = new(
        "calm", "Calls between all networks, both ways, are all answered.", (play, token) => play.Load.MoreAsync(20, token));
}
