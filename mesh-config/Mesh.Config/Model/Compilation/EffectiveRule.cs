using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>Merged DestinationRules for one host and client.</summary>
internal sealed record EffectiveRule(
    TrafficPolicySpec? Policy, ImmutableArray<Subset> Subsets, ImmutableArray<string> Origins)
{
    public Subset? FindSubset(string name)
    {
        foreach (var subset in Subsets)
            if (subset.Name == name)
                return subset;
        return null;
    }
}
