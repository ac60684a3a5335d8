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

    /// <summary>
    /// Some of the configuration cannot be read, and a policy may be in it: a file, a folder, a source, or a PeerAuthentication.
    /// What is then missing must not be taken for permission.
    /// </summary>
    public bool MayLackPolicy { get; } = Snapshot.Diagnostics.Any(finding =>
        finding.Severity == Severity.Error &&
        (finding.Subject.Length == 0 || finding.Subject.StartsWith("PeerAuthentication ", StringComparison.Ordinal)));

    /// <summary>Null before all sources have synced: what is not known fails closed.</summary>
    public static MeshState? Of(MeshSnapshot? snapshot, AgentSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (snapshot is not { Synced: true }) return null;
        var group = GroupIn(snapshot, settings);
        var labels = (group?.Spec.Template?.Labels ?? ImmutableSortedDictionary<string, string>.Empty)
            .SetItems(group?.Spec.Metadata?.Labels ?? ImmutableSortedDictionary<string, string>.Empty)
            .SetItems(settings.Labels);
        return new MeshState(snapshot, snapshot.ViewFrom(settings.Scope with { Labels = labels }), group) { Labels = labels };
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
