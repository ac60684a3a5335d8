using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Resources.Networking;
using Mesh.VmAgent.Bootstrap;

namespace Mesh.VmAgent.Proxy;

/// <summary>What the agent knows of the mesh at one moment.</summary>
/// <param name="View">The mesh as the agent's proxy sees it.</param>
/// <param name="Group">The WorkloadGroup it registers under; null when there is none.</param>
public sealed record MeshState(MeshSnapshot Snapshot, MeshView View, WorkloadGroup? Group)
{
    /// <summary>Labels of this workload: the template's, the group's, then the agent's own.</summary>
    public required ImmutableSortedDictionary<string, string> Labels { get; init; }

    /// <summary>What could never be read and may hold a policy; see <see cref="PolicyGap"/>.</summary>
    public required ImmutableArray<Diagnostic> PolicyGaps { get; init; }

    /// <summary>A PeerAuthentication may be missing: plain text that no policy permits is refused.</summary>
    public bool MayLackPolicy => !PolicyGaps.IsEmpty;

    /// <summary>Why nobody at all is let in: an AuthorizationPolicy may be missing. Null when none is.</summary>
    public string? Closed => PolicyGaps.FirstOrDefault(gap => !PolicyGap.IsPeerAuthentication(gap)) is { } gap
        ? $"not all policies could be read, so nobody is let in: {gap.Location}: {gap.Message}"
        : null;

    /// <summary>What policies for this workload cannot be carried out as they are meant, for people.</summary>
    public IEnumerable<string> PolicyFindings => View.Policy.AuthorizationPolicies
        .Where(policy => policy.StartsWith("CUSTOM ", StringComparison.Ordinal))
        .Select(policy => $"AuthorizationPolicy {policy[7..]}: this agent asks no external authorizer, so what the policy guards is refused; use ALLOW or DENY")
        .Prepend(Closed ?? "").Where(text => text.Length > 0);

    /// <summary>Null before all sources have synced: what is not known fails closed.</summary>
    /// <param name="before">The state before this one; null for the first.</param>
    public static MeshState? Of(MeshSnapshot? snapshot, AgentSettings settings, MeshState? before = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (snapshot is not { Synced: true }) return null;
        var group = GroupIn(snapshot, settings);
        var labels = (group?.Spec.Template?.Labels ?? ImmutableSortedDictionary<string, string>.Empty)
            .SetItems(group?.Spec.Metadata?.Labels ?? ImmutableSortedDictionary<string, string>.Empty)
            .SetItems(settings.Labels);
        return new MeshState(snapshot, snapshot.ViewFrom(settings.Scope with { Labels = labels }), group)
        {
            Labels = labels,
            PolicyGaps = PolicyGap.Of(snapshot, settings, before?.PolicyGaps),
        };
    }

    private static WorkloadGroup? GroupIn(MeshSnapshot snapshot, AgentSettings settings) =>
        settings.WorkloadGroup is not { } name
            ? null
            : snapshot.Objects<WorkloadGroup>()
                .Where(item => item.Cluster == settings.Cluster
                    && item.Object.Metadata.Namespace == name.Namespace && item.Object.Metadata.Name == name.Name)
                .Select(item => item.Object)
                .FirstOrDefault();
}
