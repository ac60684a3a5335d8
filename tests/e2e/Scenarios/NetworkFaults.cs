using Mesh.EndToEnd.Load;
using Mesh.EndToEnd.Networks;

namespace Mesh.EndToEnd.Scenarios;

/// <summary>Links fail silently: what is sent vanishes, and nobody is told.</summary>
internal static class NetworkFaults
{
    private const string Waiting =
        "the call waited for an answer from a network that is cut off: only the caller's own deadline ends that, and only who knows that a call may be sent twice can send it again";

    public static Scenario LinkCut { get; } = new(
        "link-cut",
        "The link between two networks swallows everything: machines pay through the third network, and all is as before once it is healed.",
        async (play, token) =>
        {
            // The machines are reachable from eks-a on this link only.
            await play.Load.PauseFlowsAsync([Flows.ClusterReads], token);
            await NetworkNamespaces.CutAsync("vpc-legacy", "vpc-a", token);
            play.Note("link between vpc-legacy and vpc-a cut");
            await play.Load.MoreAsync(10, token);
            await NetworkNamespaces.HealAsync(token);
            play.Note("link healed");
            play.Load.Resume();
            await play.Load.MoreAsync(10, token);
        });

    public static Scenario NetworkDark { get; } = new(
        "network-dark",
        "A whole network is cut off from everywhere: outside callers who know both edges, and machines, go on through the other network.",
        async (play, token) =>
        {
            await play.Load.PauseFlowsAsync([Flows.ClusterReads], token);
            await NetworkNamespaces.CutAsync("vpc-a", token);
            play.Note("vpc-a cut off");
            await play.Load.MoreAsync(10, token);
            await NetworkNamespaces.HealAsync(token);
            play.Note("vpc-a back");
            play.Load.Resume();
            await play.Load.MoreAsync(10, token);
        })
    {
        IsShort = false,
        LongestGap = TimeSpan.FromSeconds(90),
        MayFail = new Dictionary<string, string> { [Flows.EdgePays] = Waiting, [Flows.EdgeReads] = Waiting },
    };
}
