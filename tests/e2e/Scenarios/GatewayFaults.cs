using Mesh.EndToEnd.Load;

namespace Mesh.EndToEnd.Scenarios;

/// <summary>Gateways die without a word.</summary>
internal static class GatewayFaults
{
    private const string CutOff =
        "the call was under way on a connection that died: only who knows that it may be sent twice can send it again, and that is the caller";

    public static Scenario EastWestKilled { get; } = new(
        "east-west-gateway-killed",
        "A gateway dies where its network has another one: callers in other networks notice nothing.",
        async (play, token) =>
        {
            play.Kill("gateway-legacy");
            await play.Load.MoreAsync(10, token);
            await play.StartAsync(["gateway-legacy"], token);
            await play.Load.MoreAsync(10, token);
            play.Kill("gateway-legacy2");
            await play.Load.MoreAsync(10, token);
            await play.StartAsync(["gateway-legacy2"], token);
        });

    public static Scenario NetworkDoorKilled { get; } = new(
        "edge-killed",
        "All gateways of a network die, edge and east-west: outside callers who know both edges, and machines, go on through the other network.",
        async (play, token) =>
        {
            play.Kill("gateway-a", "gateway-a2");
            await play.Load.MoreAsync(15, token);
            await play.StartAsync(["gateway-a", "gateway-a2"], token);
        })
    {
        MayFail = new Dictionary<string, string> { [Flows.EdgePays] = CutOff, [Flows.EdgeReads] = CutOff },
    };
}
