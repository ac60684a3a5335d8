using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Sources;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Simulation;

/// <summary>
/// A mesh of three clusters to which random things happen, all drawn from one seed. After each step the model must say
/// exactly what one says that is told everything at once, and nothing that still exists may be missing.
/// </summary>
internal sealed class MeshSimulation : IDisposable
{
    private static readonly ImmutableArray<ProxyScope> _scopes =
    [
        new() { Cluster = "eks-a", Network = "net-a", Namespace = "prod", Locality = new Locality("eu", "eu-1a"), NodeName = "n1" },
        new() { Cluster = "eks-b", Network = "net-b", Namespace = "shop", Labels = TestMesh.Labels(("app", "a")) },
        new() { Namespace = "prod", Cluster = "eks-c" },
        new() { Type = ProxyType.Router, Cluster = "eks-a", Namespace = "istio-system", Labels = TestMesh.Labels(("istio", "ingress"), ("gateway.networking.k8s.io/gateway-name", "gw-api")) },
        new() { Type = ProxyType.Router, Cluster = "eks-b", Network = "net-b", RequestedNetworks = ["net-b"], Namespace = "istio-system", Labels = TestMesh.Labels(("istio", "east")) },
    ];

    private readonly Random _random;
    private readonly SimulatedObjects _objects;
    private readonly FakeTime _time = new();
    private readonly SimulatedCluster[] _clusters = [new("eks-a"), new("eks-b")];
    private readonly SimulatedCluster _resolver = new("");
    private readonly SimulatedFolder _folder;
    private readonly Dictionary<string, string[]> _files = [];
    private readonly MeshModel _model;
    private readonly List<(MeshSnapshot Snapshot, List<string> Expected)> _held = [];
    private Dictionary<(int Scope, UpstreamKey Key), (string Text, Upstream Instance)> _upstreams = [];

    public MeshSimulation(int seed)
    {
        // The sequence must be the same on every machine, which Random promises for a seed only within one runtime version.
        _random = new Random(seed);
        _objects = new SimulatedObjects(_random);
        _folder = new SimulatedFolder("eks-c", _time);
        _model = new MeshModel([.. _clusters, _folder, _resolver], null, _time);
        // As the real one: nobody waits for names.
        _resolver.List(_model);
    }

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var what = Step();
            // The clock may stop before the model has published: then there is nothing to compare yet.
            _time.Advance(TimeSpan.FromMilliseconds(_random.Next(8)));
            try
            {
                if (!AllSynced) Assert.False(_model.Current.Synced, "synced before every source was");
                _time.Advance(TimeSpan.FromMilliseconds(60));
                Check();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"step {step} ({what}): {e.Message}", e);
            }
        }

        foreach (var (snapshot, expected) in _held) Same("a snapshot that was held", expected, SnapshotText.Of(snapshot, _scopes));
    }

    public void Dispose() => _folder.Dispose();

    private bool AllSynced => _clusters.All(cluster => cluster.Synced) && _folder.Synced;

    private string Step()
    {
        var cluster = _clusters[_random.Next(_clusters.Length)];
        switch (_random.Next(22))
        {
            case 20 or 21:
                if (_random.Next(5) > 0) _resolver.Put([_objects.Resolved()]);
                else _resolver.Remove(ObjectKey.Of(_objects.Resolved()));
                _resolver.Deliver(_model, int.MaxValue);
                return "a gateway name resolved anew";
            case < 8:
                cluster.Put(TestMesh.Read(_objects.Draw(), $"{cluster.Cluster}-{_random.Next(3)}"));
                cluster.Deliver(_model, _random.Next(3));
                return $"{cluster.Cluster}: object put";
            case < 9:
                for (var i = 0; i < 12; i++) cluster.Put(TestMesh.Read(_objects.Draw(), $"{cluster.Cluster}-{i}"));
                cluster.Deliver(_model, int.MaxValue);
                return $"{cluster.Cluster}: a burst";
            case < 12:
                var keys = cluster.Keys.ToArray();
                if (keys.Length > 0) cluster.Remove(keys[_random.Next(keys.Length)]);
                cluster.Deliver(_model, _random.Next(3));
                return $"{cluster.Cluster}: object deleted";
            case < 13:
                cluster.Deliver(_model, int.MaxValue);
                return $"{cluster.Cluster}: events caught up";
            case < 14:
                cluster.Repeat(_model);
                return $"{cluster.Cluster}: event repeated";
            case < 15:
                cluster.LoseWatch();
                return $"{cluster.Cluster}: lost";
            case < 17:
                cluster.List(_model);
                return $"{cluster.Cluster}: listed";
            default:
                return FileStep();
        }
    }

    private string FileStep()
    {
        var file = $"{_random.Next(3)}.yaml";
        if (_files.ContainsKey(file) && _random.Next(5) == 0)
        {
            _files.Remove(file);
            _folder.Delete(file);
            _folder.Scan(_model);
            return $"{file} deleted";
        }

        // Object names carry the file, since the same object in two files is a mistake of its own.
        var objects = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => _objects.Draw()).ToArray();
        var before = _files.GetValueOrDefault(file, []).SelectMany(text => TestMesh.Read(text)).Select(ObjectKey.Of).ToHashSet();
        before.IntersectWith(_folder.Told.Keys);
        var content = string.Join("\n---\n", objects) + "\n";
        _folder.Write(file, content[.._random.Next(content.Length)]);
        _folder.Scan(_model);
        // Half written, by however little: what the file had before is still in force.
        foreach (var key in before) Assert.True(_folder.Told.ContainsKey(key), $"{key} vanished with a half-written {file}");
        _folder.Write(file, content);
        _folder.Scan(_model);
        _files[file] = objects;
        _time.Advance(TimeSpan.FromMilliseconds(251));
        _folder.Scan(_model);
        return $"{file} written";
    }

    private void Check()
    {
        var current = _model.Current;
        Assert.Equal(AllSynced, current.Synced);
        var text = SnapshotText.Of(current, _scopes);
        var scratch = SnapshotText.Of(FromScratch(), _scopes);
        Same("the snapshot", scratch, text);
        CheckNothingVanished(current);
        CheckInstances(current);
        if (_random.Next(8) == 0) _held.Add((current, text));
        // One that nobody has asked anything yet: its views are computed when later ones have been already.
        if (_random.Next(8) == 0) _held.Add((Unasked(), scratch));
    }

    /// <summary>The next snapshot says the same; it is published for a repeated, and thus empty, change of diagnostics.</summary>
    private MeshSnapshot Unasked()
    {
        var cluster = _clusters[0];
        var finding = new Diagnostic(Severity.Info, "Note", "of the simulation", SourceLocation.None);
        _model.Apply(cluster, new MeshChanges { Diagnostics = [finding], Synced = cluster.Synced });
        _time.Advance(TimeSpan.FromMilliseconds(60));
        _model.Apply(cluster, new MeshChanges { Diagnostics = [], Synced = cluster.Synced });
        _time.Advance(TimeSpan.FromMilliseconds(60));
        return _model.Current;
    }

    private MeshSnapshot FromScratch()
    {
        var time = new FakeTime();
        var model = new MeshModel([.. _clusters, _folder, _resolver], null, time);
        foreach (var cluster in _clusters.Append(_resolver))
            model.Apply(cluster, new MeshChanges { Upserts = [.. cluster.Told.Values], Synced = cluster.Synced });
        model.Apply(_folder, new MeshChanges { Upserts = [.. _folder.Told.Values], Diagnostics = _folder.Diagnostics, Synced = _folder.Synced });
        time.Advance(TimeSpan.FromSeconds(1));
        return model.Current;
    }

    /// <summary>
    /// By a rule of its own, much simpler than the model's: an address of a slice whose Service has the port is there for
    /// a proxy of the same cluster, network and namespace, whatever else the mesh is made of.
    /// </summary>
    private void CheckNothingVanished(MeshSnapshot snapshot)
    {
        var told = _clusters.Select(cluster => (cluster.Cluster, cluster.Told)).Append((_folder.Cluster, _folder.Told));
        foreach (var (cluster, objects) in told)
        {
            var network = objects.Values.OfType<Namespace>().FirstOrDefault(space => space.Metadata.Name == "istio-system")
                ?.Metadata.Labels.GetValueOrDefault("topology.istio.io/network") ?? "";
            foreach (var slice in objects.Values.OfType<EndpointSlice>())
            {
                var service = objects.Values.OfType<Service>().FirstOrDefault(candidate =>
                    candidate.Metadata.Namespace == slice.Metadata.Namespace
                    && candidate.Metadata.Name == slice.Metadata.Labels["kubernetes.io/service-name"]);
                if (service is null || service.Spec.InternalTrafficPolicy == "Local" || service.Spec.Type == "ExternalName") continue;
                var (name, space) = (service.Metadata.Name, service.Metadata.Namespace);
                var scope = new ProxyScope { Cluster = cluster, Network = network, Namespace = space };
                var view = snapshot.ViewFrom(scope);
                var key = new UpstreamKey($"{name}.{space}.svc.cluster.local", 80);
                var upstream = view.FindUpstream(key);
                // Another cluster may have made the name an alias: then it leads elsewhere.
                if (upstream?.Key != key && IsHidden(snapshot, service)) continue;
                Assert.True(upstream is not null, $"{service.Subject} of {cluster} vanished");
                foreach (var endpoint in slice.Endpoints.Where(endpoint => endpoint.TargetRef is null && network.Length > 0))
                    Assert.True(
                        upstream.Endpoints.Any(known => known.Address == endpoint.Addresses[0]),
                        $"{endpoint.Addresses[0]} of {service.Subject} of {cluster} vanished; there is {DeepText.Of(upstream)}");
            }
        }
    }

    /// <summary>A Sidecar or another cluster's declaration of the service may keep it from its own namespace.</summary>
    private static bool IsHidden(MeshSnapshot snapshot, Service service) =>
        snapshot.Objects<Service>().Any(entry => entry.Object.Subject == service.Subject
            && (entry.Object.Spec.Type == "ExternalName" || entry.Object.Metadata.Annotations.ContainsKey("networking.istio.io/exportTo")))
        || snapshot.Objects<Sidecar>().Any();

    /// <summary>An upstream that says the same as in the snapshot before is the same.</summary>
    private void CheckInstances(MeshSnapshot snapshot)
    {
        var next = new Dictionary<(int, UpstreamKey), (string, Upstream)>();
        for (var i = 0; i < _scopes.Length; i++)
        {
            foreach (var upstream in snapshot.ViewFrom(_scopes[i]).Upstreams)
            {
                var text = DeepText.Of(upstream);
                next[(i, upstream.Key)] = (text, upstream);
                if (_upstreams.TryGetValue((i, upstream.Key), out var before) && before.Text == text)
                    Assert.True(ReferenceEquals(before.Instance, upstream), $"{upstream.Key} is another instance and says the same");
            }
        }

        _upstreams = next;
    }

    private static void Same(string what, List<string> expected, List<string> actual)
    {
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            var (left, right) = (expected.ElementAtOrDefault(i) ?? "(nothing)", actual.ElementAtOrDefault(i) ?? "(nothing)");
            if (left == right) continue;
            var at = left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();
            var from = Math.Max(0, at - 80);
            Assert.Fail($"{what} differs from one made from scratch at {Cut(left, 0, 80)}\n from scratch: {Cut(left, from, 240)}\n is:           {Cut(right, from, 240)}");
        }
    }

    private static string Cut(string text, int from, int length) =>
        from >= text.Length ? "" : text.Substring(from, Math.Min(length, text.Length - from));
}
