using System.Collections.Concurrent;
using Mesh.Config.Model;
using Mesh.Kubernetes.Sources;

namespace Mesh.Kubernetes.Tests.Simulation;

/// <summary>What must hold whatever happens to clusters; each is a failure that meshes have had.</summary>
internal sealed class ClusterInvariants
{
    /// <summary>When silence is noticed: sources look each second, and what was heard last may have been a bookmark of a minute ago.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);

    /// <summary>A connection that broke just before may not have been tried again yet.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(45);

    private readonly SimulatedCluster[] _clusters;
    private readonly KubeSourceOptions _options;
    private readonly MeshModel _model;
    private readonly SimulatedTime _time;
    private readonly bool _hasDeadline;
    private readonly ConcurrentQueue<string> _violations = new();
    private bool _wasSynced;

    public ClusterInvariants(SimulatedCluster[] clusters, KubeSourceOptions options, MeshModel model, SimulatedTime time, bool hasDeadline)
    {
        (_clusters, _options, _model, _time, _hasDeadline) = (clusters, options, model, time, hasDeadline);
        model.Published += Look;
    }

    /// <summary>Fails with what was violated since the last time.</summary>
    public void Check()
    {
        foreach (var cluster in _clusters) CheckSilence(cluster);
        if (_violations.TryDequeue(out var violation)) Assert.Fail(violation);
    }

    /// <summary>Addresses of each service that a proxy of the own cluster would call.</summary>
    public string Served() =>
        string.Join(' ', Expected().Keys.Select(service => $"{service}={string.Join(',', Addresses(_model.Current, service))}"));

    /// <summary>How the mesh differs from what clusters are, and what is reported to be wrong with them; empty when all is well.</summary>
    public string Differences()
    {
        var snapshot = _model.Current;
        var wrong = Expected()
            .Where(pair => !Addresses(snapshot, pair.Key).SequenceEqual(pair.Value))
            .Select(pair => $"{pair.Key} is {string.Join(',', Addresses(snapshot, pair.Key))} instead of {string.Join(',', pair.Value)}")
            .Concat(snapshot.Diagnostics.Where(IsOfClusters).Select(finding => finding.Message));
        return string.Join("; ", snapshot.Synced ? wrong : wrong.Append("the mesh is not synced"));
    }

    private static bool IsOfClusters(Config.Diagnostics.Diagnostic finding) =>
        finding.Code.StartsWith("Kube", StringComparison.Ordinal) || finding.Code.StartsWith("Cluster", StringComparison.Ordinal)
        || finding.Code.StartsWith("Remote", StringComparison.Ordinal) || finding.Code is "SourceFailed" or "SourceNotSynced" or "KindMissing";

    private static string[] Addresses(MeshSnapshot snapshot, string service)
    {
        var view = snapshot.ViewFrom(new ProxyScope { Cluster = "eks-a", Namespace = "prod" });
        var upstream = view.FindUpstream(new UpstreamKey($"{service}.prod.svc.cluster.local", 80));
        return upstream is null ? [] : [.. upstream.Endpoints.Select(endpoint => endpoint.Address).Distinct().Order(StringComparer.Ordinal)];
    }

    private static bool Names(MeshSnapshot snapshot, string code, SimulatedCluster cluster) =>
        snapshot.Diagnostics.Any(finding => finding.Code == code && finding.Message.Contains(cluster.Name, StringComparison.Ordinal));

    private SortedDictionary<string, string[]> Expected()
    {
        var all = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var service in new[] { SimulatedCluster.Lasting, "s0", "s1", "s2", "s3" })
            all[service] = [.. _clusters.Where(cluster => cluster.IsNamed && cluster.Services.ContainsKey(service)).Select(cluster => cluster.Services[service]).Order(StringComparer.Ordinal)];
        return all;
    }

    /// <summary>Every snapshot that somebody could have been served by.</summary>
    private void Look(MeshSnapshot snapshot)
    {
        var lasting = Addresses(snapshot, SimulatedCluster.Lasting);
        foreach (var cluster in _clusters)
        {
            var isServed = lasting.Contains(cluster.LastingAddress);
            // Nobody was heard for so long that what is known may go; till it is heard again there is nothing to hold it to.
            if (cluster.UnheardSince is { } since && _time.Now - since + BookmarkInterval + LongestPause + Notice >= _options.StaleLimit) cluster.MustServe = false;
            if (cluster.MustServe && !isServed) _violations.Enqueue($"the endpoint of cluster {cluster.Name} vanished");
            if (isServed && cluster.IsNamed && cluster.UnheardSince is null) cluster.MustServe = true;
            if (isServed && cluster.IsNamed) cluster.WasServed = true;
        }

        if (!snapshot.Synced || _wasSynced) return;
        _wasSynced = true;
        foreach (var cluster in _clusters.Where(cluster => cluster.IsNamed && !lasting.Contains(cluster.LastingAddress)))
            if (!_hasDeadline || !snapshot.Diagnostics.Any(finding => finding.Code == "SourceNotSynced"))
                if (!Names(snapshot, "KubeForbidden", cluster))
                    _violations.Enqueue($"the mesh counts as synced without cluster {cluster.Name}, and nobody is told");
    }

    private void CheckSilence(SimulatedCluster cluster)
    {
        if (cluster.DownSince is not { } since || !cluster.WasServed || !cluster.IsNamed) return;
        var silent = _time.Now - since;
        var isServed = Addresses(_model.Current, SimulatedCluster.Lasting).Contains(cluster.LastingAddress);
        if (silent >= _options.StaleAfter + Notice && !Names(_model.Current, "ClusterStale", cluster))
            _violations.Enqueue($"cluster {cluster.Name} has been silent for {silent}, and is not marked as stale");
        if (silent >= _options.StaleLimit + Notice && isServed)
            _violations.Enqueue($"cluster {cluster.Name} has been silent for {silent}, and is still believed");
    }
}
