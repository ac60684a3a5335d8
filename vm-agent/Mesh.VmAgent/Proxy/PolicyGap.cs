using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Kubernetes.LastKnown;
using Mesh.VmAgent.Bootstrap;

namespace Mesh.VmAgent.Proxy;

/// <summary>
/// Configuration that could not be read since the agent started, and in which a policy for this workload may be. What is then missing must not
/// be taken for permission. What breaks later has a last good state, which stays in force, and is no gap.
/// </summary>
public static class PolicyGap
{
    private const string RootNamespace = "istio-system";

    private static readonly string[] Deciding = ["AuthorizationPolicy", "RequestAuthentication", "PeerAuthentication"];

    /// <param name="before">The gaps of the state before; null at the first.</param>
    public static ImmutableArray<Diagnostic> Of(MeshSnapshot snapshot, AgentSettings settings, ImmutableArray<Diagnostic>? before)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(settings);
        return
        [
            .. snapshot.Diagnostics.Where(finding => finding.Severity == Severity.Error
                && Concerns(finding, settings)
                && !IsStoodFor(finding, snapshot)
                && before?.Any(known => known.Location.Origin == finding.Location.Origin && known.Subject == finding.Subject) != false),
        ];
    }

    /// <summary>Only how connections are secured may be missing: who may open them is known.</summary>
    public static bool IsPeerAuthentication(Diagnostic gap)
    {
        ArgumentNullException.ThrowIfNull(gap);
        return gap.Subject.StartsWith("PeerAuthentication ", StringComparison.Ordinal);
    }

    /// <summary>The cluster's last known policies are in force.</summary>
    private static bool IsStoodFor(Diagnostic finding, MeshSnapshot snapshot) =>
        (finding.Location.Origin ?? "").StartsWith("kube://", StringComparison.Ordinal)
        && snapshot.Diagnostics.Any(other => other.Code == LastKnownSource.FindingCode
            && finding.Location.Origin!.StartsWith($"{other.Location.Origin}/", StringComparison.Ordinal));

    private static bool Concerns(Diagnostic finding, AgentSettings settings)
    {
        if (finding.Subject.Length > 0)
            return Deciding.Any(kind => finding.Subject.StartsWith($"{kind} {settings.Namespace}/", StringComparison.Ordinal)
                || finding.Subject.StartsWith($"{kind} {RootNamespace}/", StringComparison.Ordinal));
        var origin = finding.Location.Origin ?? "";
        // Of an API server single kinds may be unreadable; of the others each says itself what it is.
        if (origin.StartsWith("kube://", StringComparison.Ordinal))
            return Deciding.Any(kind => origin.EndsWith($"/{kind}", StringComparison.Ordinal));
        if (finding.Code != "SourceNotSynced") return true;
        // Policies are copied to every cluster: another one that is away must not close this machine, unless there is no own one.
        var own = settings.Sources.Where(source => source.Cluster == settings.Cluster).ToList();
        return own.Count == 0 || origin == $"file:{settings.Cluster}" || origin == $"kube:{settings.Cluster}";
    }
}
