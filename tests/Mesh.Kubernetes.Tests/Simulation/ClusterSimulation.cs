using System.Globalization;
using Mesh.Config.Model;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Remote;
using Mesh.Kubernetes.Sources;
using Mesh.Kubernetes.Tests.Support;

namespace Mesh.Kubernetes.Tests.Simulation;

/// <summary>
/// A mesh of three clusters, two of them named by Secrets, to which happens what happens to clusters, all drawn from one seed and in
/// simulated time. What is checked all the while is in <see cref="ClusterInvariants"/>.
/// </summary>
internal sealed class ClusterSimulation : IAsyncDisposable
{
    private static readonly string[] CustomKinds = ["VirtualService", "DestinationRule", "Gateway", "AuthorizationPolicy", "HTTPRoute"];
    private static readonly string[] AnyKinds = ["Service", "EndpointSlice", "Pod", "VirtualService", "AuthorizationPolicy", "Secret"];

    private readonly Random _random;
    private readonly Stillness _stillness = new();
    private readonly SimulatedCluster[] _clusters;
    private readonly KubeSourceOptions _options;
    private readonly MeshModel _model;
    private readonly ClusterInvariants _invariants;

    public ClusterSimulation(int seed)
    {
        _random = new Random(seed);
        _options = new KubeSourceOptions
        {
            StaleAfter = TimeSpan.FromSeconds(30),
            StaleLimit = TimeSpan.FromMinutes(10),
            RemovalGrace = TimeSpan.FromSeconds(20),
            RefusalGrace = TimeSpan.FromSeconds(15),
            Seed = seed,
        };
        _clusters = [new("eks-a", 1, Time), new("eks-b", 2, Time), new("eks-c", 3, Time)];
        var own = KubeconfigAccess.FromText(Yaml.Kubeconfig(Own.Port(0)), "test");
        foreach (var cluster in _clusters)
        {
            cluster.Put(SimulatedCluster.Lasting, cluster.LastingAddress);
            cluster.Server.StreamsLists = _random.Next(2) == 0;
        }

        foreach (var remote in Remotes) WriteSecret(remote);
        foreach (var cluster in _clusters)
            if (_random.Next(3) == 0)
                Harm(cluster);
        // All but the names of the other clusters is known: just then the mesh looks complete.
        if (_random.Next(4) == 0) Own.Server.ForbiddenKinds.Add("Secret");
        var deadline = _random.Next(3) == 0 ? null : (TimeSpan?)TimeSpan.FromSeconds(_random.Next(20, 90));
        MeshModel? model = null;
        // Nothing is published before time passes.
        _stillness.Start(() => model = MeshModel.Start(
            [
                new KubeMeshSource(Own.Name, own, _options, Time, Connect),
                new RemoteClusters(Own.Name, own, _options, ClusterAccessOptions.Untrusted, Time, (_, to) => Connect(to)),
            ],
            new MeshModelOptions { SyncDeadline = deadline }, Time));
        _model = model!;
        _invariants = new ClusterInvariants(_clusters, _options, _model, Time, hasDeadline: deadline is not null);
    }

    private SimulatedCluster Own => _clusters[0];

    private IEnumerable<SimulatedCluster> Remotes => _clusters.Skip(1);

    private SimulatedTime Time { get; } = new();

    /// <summary>What happened, and what was served after it: the same for the same seed.</summary>
    public List<string> Trace { get; } = [];

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var what = "";
            try
            {
                Advance(TimeSpan.FromMilliseconds(_random.Next(4) == 0 ? 0 : _random.Next(20_000)));
                what = Step();
                _stillness.Wait();
                _invariants.Check();
                if (step % 8 == 7 || step == steps - 1) Heal();
                Trace.Add($"{Time.Now.TotalSeconds:0.000} {what}: {_invariants.Served()}");
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"step {step} at {Time.Now} ({what}): {e.Message}", e);
            }
        }
    }

    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private IKubeApi Connect(ClusterAccess to)
    {
        var (cluster, credentials) = SimulatedCluster.Of(to.Server.Port);
        return _clusters[cluster - 1].Server.Connect(credentials);
    }

    private string Step()
    {
        var cluster = _clusters[_random.Next(_clusters.Length)];
        var remote = _clusters[_random.Next(1, _clusters.Length)];
        switch (_random.Next(20))
        {
            case < 5:
                cluster.Put(AnyService(), string.Create(CultureInfo.InvariantCulture, $"10.{cluster.Number}.1.{_random.Next(1, 200)}"));
                return $"{cluster.Name}: service put";
            case < 7:
                var service = AnyService();
                if (cluster.Services.ContainsKey(service)) cluster.Delete(service);
                return $"{cluster.Name}: {service} deleted";
            case < 9:
                return Harm(cluster);
            case < 10:
                Recover(cluster);
                return $"{cluster.Name}: well again";
            case < 11:
                cluster.Server.BreakConnections();
                return $"{cluster.Name}: connections broken";
            case < 12:
                cluster.Server.Forget();
                cluster.Server.BreakConnections();
                return $"{cluster.Name}: positions forgotten";
            case < 13:
                cluster.Server.RepeatsEvents = !cluster.Server.RepeatsEvents;
                cluster.Server.BreakConnections();
                return $"{cluster.Name}: events twice {cluster.Server.RepeatsEvents}";
            case < 14:
                return SetClock();
            case < 15:
                return Miss(cluster);
            case < 16:
                return Outage(cluster);
            case < 18:
                return Rotate(remote);
            case < 19:
                return MakeAgain(remote);
            default:
                return NameOrNot(remote);
        }
    }

    private string AnyService() => string.Create(CultureInfo.InvariantCulture, $"s{_random.Next(4)}");

    /// <summary>Something that lasts until it is healed.</summary>
    private string Harm(SimulatedCluster cluster)
    {
        switch (_random.Next(5))
        {
            case 0:
                cluster.GoSilent(Time.Now);
                cluster.Server.GoDown();
                return $"{cluster.Name}: down";
            case 1:
                cluster.GoSilent(Time.Now);
                cluster.Server.FallMute();
                return $"{cluster.Name}: mute";
            case 2:
                cluster.Server.Hold();
                return $"{cluster.Name}: events held back";
            case 3:
                var kind = AnyKinds[_random.Next(AnyKinds.Length)];
                cluster.Server.ForbiddenKinds.Add(kind);
                cluster.Server.BreakConnections();
                return $"{cluster.Name}: {kind} refused";
            default:
                // Somebody revoked too early: what was read stays until there are others.
                if (cluster == Own) return "nothing";
                cluster.DoubtFrom(Time.Now);
                cluster.Server.Revoked.Add(cluster.Credentials);
                cluster.Server.BreakConnections();
                return $"{cluster.Name}: credentials revoked";
        }
    }

    private void Recover(SimulatedCluster cluster)
    {
        cluster.Server.ComeBack();
        cluster.Server.Release();
        cluster.Server.ForbiddenKinds.Clear();
        cluster.Server.MissingKinds.Clear();
        cluster.Answer();
    }

    private string SetClock()
    {
        var by = TimeSpan.FromMinutes(_random.Next(-2_000, 2_000));
        Time.Set(by);
        return $"clock set by {by}";
    }

    private string Miss(SimulatedCluster cluster)
    {
        // Shorter than what counts as gone for good.
        var kind = CustomKinds[_random.Next(CustomKinds.Length)];
        if (!cluster.Server.MissingKinds.Add(kind)) return "nothing";
        cluster.Server.BreakConnections();
        return $"{cluster.Name}: no {kind}";
    }

    /// <summary>Long enough that staleness shows, sometimes so long that the objects go.</summary>
    private string Outage(SimulatedCluster cluster)
    {
        cluster.GoSilent(Time.Now);
        cluster.Server.GoDown();
        var lasts = TimeSpan.FromSeconds(_random.Next(4) == 0 ? 700 : _random.Next(20, 240));
        Trace.Add($"{cluster.Name} goes down for {lasts}");
        Advance(lasts);
        return $"{cluster.Name}: down for {lasts}";
    }

    private string Rotate(SimulatedCluster remote)
    {
        if (!remote.IsNamed) return "nothing";
        Trace.Add($"{remote.Name} is rotated");
        var old = remote.Credentials;
        var revokedFirst = _random.Next(2) == 0;
        if (revokedFirst) Revoke(remote, old);
        if (_random.Next(4) == 0)
        {
            // A kubeconfig that no gateway takes, until somebody sees it.
            Own.Server.Put(Yaml.RemoteSecret("remote-" + remote.Name, (remote.Name, remote.Port(old)))
                .Replace(TestCertificates.Base64(Yaml.Kubeconfig(remote.Port(old))), TestCertificates.Base64("{}"), StringComparison.Ordinal));
            Advance(TimeSpan.FromSeconds(_random.Next(30)));
        }

        remote.NewCredentials();
        WriteSecret(remote);
        Advance(TimeSpan.FromMilliseconds(_random.Next(3_000)));
        if (!revokedFirst) Revoke(remote, old);
        return $"{remote.Name}: rotated, old credentials revoked {(revokedFirst ? "before" : "after")}";
    }

    /// <summary>The old credentials may still be the only ones in use: the gateway may not have seen the new ones.</summary>
    private void Revoke(SimulatedCluster remote, int credentials)
    {
        remote.DoubtFrom(Time.Now);
        remote.Server.Revoked.Add(credentials);
        remote.Server.BreakConnections();
    }

    private string MakeAgain(SimulatedCluster remote)
    {
        if (!remote.IsNamed) return "nothing";
        Trace.Add($"the Secret of {remote.Name} goes");
        // What is held back would keep from us that it was made again.
        Own.Server.Release();
        _stillness.Wait();
        Own.Server.Delete("Secret", "istio-system", "remote-" + remote.Name);
        Advance(TimeSpan.FromSeconds(_random.Next(1, 15)));
        var hidden = _random.Next(3) == 0;
        if (hidden)
        {
            Own.GoSilent(Time.Now);
            Own.Server.GoDown();
            Advance(TimeSpan.FromSeconds(_random.Next(60)));
        }

        if (_random.Next(2) == 0) remote.NewCredentials();
        WriteSecret(remote);
        if (hidden) Recover(Own);
        return $"{remote.Name}: Secret made again{(hidden ? " unseen" : "")}";
    }

    private string NameOrNot(SimulatedCluster remote)
    {
        remote.IsNamed = !remote.IsNamed;
        if (remote.IsNamed)
        {
            Own.Server.Release();
            WriteSecret(remote);
            return $"{remote.Name}: named again";
        }

        (remote.MustServe, remote.WasServed) = (false, false);
        Own.Server.Delete("Secret", "istio-system", "remote-" + remote.Name);
        return $"{remote.Name}: not named any more";
    }

    private void WriteSecret(SimulatedCluster remote) =>
        Own.Server.Put(Yaml.RemoteSecret("remote-" + remote.Name, (remote.Name, remote.Port(remote.Credentials))));

    /// <summary>Nothing is wrong any more: the mesh must come to be what the clusters are, by itself.</summary>
    private void Heal()
    {
        foreach (var cluster in _clusters)
        {
            if (cluster.Server.Revoked.Contains(cluster.Credentials))
            {
                cluster.NewCredentials();
                if (cluster.IsNamed) WriteSecret(cluster);
            }

            Recover(cluster);
        }

        var until = Time.Now + TimeSpan.FromMinutes(5);
        while (_invariants.Differences() is { Length: > 0 } differences)
        {
            if (Time.Now >= until) Assert.Fail($"5 minutes after all was well again: {differences}");
            Advance(TimeSpan.FromSeconds(1));
        }

        foreach (var cluster in _clusters) cluster.WasHeard();
    }

    private void Advance(TimeSpan by)
    {
        var until = Time.Now + by;
        _stillness.Wait();
        while (Time.Step(until)) _stillness.Wait();
        _invariants.Check();
    }
}
