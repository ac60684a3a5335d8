using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Policy;
using Mesh.Config.Policy.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Routing;
using Mesh.Config.Routing.GatewayApi;

namespace Mesh.Config.Model.Compilation;

/// <summary>A proxy's view of a compiled snapshot. Everything is computed on first use and then kept.</summary>
internal sealed class CompiledView : MeshView
{
    private readonly CompiledSnapshot _snapshot;
    private readonly CompiledMesh _mesh;
    private readonly ViewMemo _memo;
    // What was asked for once stays the same instance in this view.
    private readonly ConcurrentDictionary<UpstreamKey, Upstream> _upstreams = new(1, 7);
    private readonly ConcurrentDictionary<UpstreamKey, Upstream> _passthrough = new(1, 1);
    private readonly ConcurrentDictionary<(string Host, int Port), HttpRouteTable> _routes = new(1, 1);
    private readonly Lazy<ImmutableArray<GatewayListener>> _listeners;
    private readonly Lazy<WorkloadPolicy> _policy;
    private readonly Lazy<ProxyVisibility> _visibility;

    /// <param name="memo">Of this scope: keeps what later snapshots may take over.</param>
    public CompiledView(CompiledSnapshot snapshot, ProxyScope scope, ViewMemo memo)
    {
        _snapshot = snapshot;
        _mesh = snapshot.Mesh;
        _memo = memo;
        Scope = scope;
        _visibility = new Lazy<ProxyVisibility>(() => VisibilityOf(new MeshReader(_mesh)));
        _listeners = new Lazy<ImmutableArray<GatewayListener>>(() =>
            _memo.Listeners.Get("", _mesh, reader => new ViewMemo.Listening(CompileListeners(reader))).Listeners);
        _policy = new Lazy<WorkloadPolicy>(() => _memo.Policy.Get("", _mesh, reader =>
            WorkloadPolicies.Compile(ConfigOf(reader), Scope, _mesh.Options)));
    }

    public override ProxyScope Scope { get; }

    public override long Version => _snapshot.Version;

    public override ImmutableArray<Diagnostic> Diagnostics => _snapshot.Diagnostics;

    public override ImmutableArray<GatewayListener> Listeners => _listeners.Value;

    public override IEnumerable<Upstream> Upstreams =>
        from host in _mesh.Services.Keys
        let service = FindService(host)
        // An ExternalName that stands for a service of the mesh is no destination of its own.
        where service is not null && service.Host == host
        from port in service.Ports
        where _visibility.Value.Sees(service, port.Info.Port)
        select FindUpstream(new UpstreamKey(service.Host, port.Info.Port))!;

    public override Upstream? FindUpstream(UpstreamKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_upstreams.TryGetValue(key, out var known)) return known;
        if (FindService(key.Host, key.Port) is null) return null;
        return _upstreams.GetOrAdd(key, _memo.Upstreams.Get(
            key, _mesh, reader => Build(reader, key, directOnly: false)));
    }

    public override HttpRouteTable? OutboundRoutes(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (FindCalled(ResolveHost(host), port) is not { } service) return null;
        return _routes.GetOrAdd((service.Host, port), key => _memo.Routes.Get(key, _mesh, reader =>
            new MeshRoutes(ConfigOf(reader), VisibilityOf(reader), Scope, _mesh.Options, RoutesOf(reader), MeshApiRoutesOf(reader)).Compile(key.Host, key.Port)));
    }

    public override ImmutableArray<L4Route> OutboundConnectionRoutes(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (FindCalled(ResolveHost(host), port) is not { } service) return [];
        return _memo.ConnectionRoutes.Get((service.Host, port), _mesh, reader => new ViewMemo.Connecting(
            new MeshRoutes(ConfigOf(reader), VisibilityOf(reader), Scope, _mesh.Options, RoutesOf(reader), MeshApiRoutesOf(reader))
                .CompileConnections(service.Host, port, ConnectionsOf(reader)))).Routes;
    }

    public override bool TryResolvePassthrough(
        string sni,
        ImmutableArray<string> hosts,
        [NotNullWhen(true)] out Upstream? upstream,
        out string refusal)
    {
        upstream = null;
        refusal = "";
        if (!UpstreamKey.TryParseSni(sni, out var key))
            refusal = $"\"{sni}\" is not a name of the form outbound_.<port>_.<subset>_.<host>";
        else if (!hosts.Any(pattern => HostNames.Covers(pattern, key.Host)))
            refusal = $"host {key.Host} is not exposed by this gateway ({string.Join(", ", hosts)})";
        else if (FindService(key.Host) is not { } service)
            refusal = $"host {key.Host} is no service of the mesh";
        else if (service.MeshExternal)
            refusal = $"host {key.Host} is outside the mesh (MESH_EXTERNAL)";
        else if (service.FindPort(key.Port) is null)
            refusal = $"service {key.Host} has no port {key.Port}";
        else if (key.Subset.Length > 0 && RuleOf(new MeshReader(_mesh), service)?.FindSubset(key.Subset) is null)
            refusal = $"service {key.Host} has no subset {key.Subset}";
        else
            upstream = _passthrough.GetOrAdd(key, _ => _memo.Passthrough.Get(
                key, _mesh, reader => Build(reader, key, directOnly: true)));

        if (upstream is { Endpoints.IsEmpty: true })
        {
            refusal = $"service {key!.Host} port {key.Port} has no workload with mesh mTLS in this network";
            upstream = null;
        }

        return upstream is not null;
    }

    public override bool AllowsUnknownDestinations => VisibilityOf(new MeshReader(_mesh)).AllowsUnknownDestinations;

    public override MtlsMode InboundMtls(int workloadPort) =>
        PeerAuthentications.ModeOf(ConfigOf(new MeshReader(_mesh)), _mesh.Options, Scope.Namespace, Scope.Labels, workloadPort);

    public override WorkloadPolicy Policy => _policy.Value;

    public override ServicePortInfo? FindServicePort(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        return FindService(ResolveHost(host))?.FindPort(port)?.Info;
    }

    public override string ResolveHost(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var name = host.TrimEnd('.').ToLowerInvariant();
        if (_mesh.Services.ContainsKey(name)) return name;
        var domain = _mesh.Options.ClusterDomain;
        var parts = name.Split('.');
        var full = parts.Length switch
        {
            1 => $"{name}.{Scope.Namespace}.svc.{domain}",
            2 => $"{name}.svc.{domain}",
            3 when parts[2] == "svc" => $"{name}.{domain}",
            _ => name,
        };
        return _mesh.Services.ContainsKey(full) ? full : name;
    }

    /// <summary>For what is not kept longer than this view.</summary>
    private CompiledService? FindService(string host) => FindService(host, _visibility.Value.Sees);

    /// <summary>The service as a destination, null when it has no such port.</summary>
    private CompiledService? FindService(string host, int port) =>
        FindService(host, service => _visibility.Value.Sees(service, port)) is { } found && found.FindPort(port) is not null ? found : null;

    /// <summary>The service that the proxy's clients call, null when it has no such port or they may not.</summary>
    private CompiledService? FindCalled(string host, int port) =>
        FindService(host, service => _visibility.Value.Calls(service, port)) is { } found && found.FindPort(port) is not null ? found : null;

    private CompiledService? FindService(string host, Func<CompiledService, bool> sees) =>
        ServiceLookup.Find(name => _mesh.Services.GetValueOrDefault(name), host, sees);

    private Func<CompiledService, bool> Sees(MeshReader reader) => VisibilityOf(reader).Sees;

    private ProxyVisibility VisibilityOf(MeshReader reader) => new(ConfigOf(reader), Scope, _mesh.Options);

    private TrafficConfig ConfigOf(MeshReader reader) => new(reader, Scope.Cluster);

    private RouteCompiler RoutesOf(MeshReader reader) => new(ConfigOf(reader), Scope, _mesh.Options, OnlyPort(reader));

    private L4RouteCompiler ConnectionsOf(MeshReader reader) => new(Scope, _mesh.Options, OnlyPort(reader));

    private Backends BackendsOf(MeshReader reader)
    {
        var sees = Sees(reader);
        return new Backends(ConfigOf(reader), _mesh.Options, host => ServiceLookup.Find(reader.Declaration, host, sees));
    }

    private GatewayApiRoutes ApiRoutesOf(MeshReader reader)
    {
        var backends = BackendsOf(reader);
        return new GatewayApiRoutes(ConfigOf(reader), new GatewayApiRules(backends), backends);
    }

    private GatewayApiMeshRoutes MeshApiRoutesOf(MeshReader reader) =>
        new(ConfigOf(reader), Scope, _mesh.Options, new GatewayApiRules(BackendsOf(reader)));

    private Func<string, int?> OnlyPort(MeshReader reader)
    {
        var sees = Sees(reader);
        return host => ServiceLookup.Find(reader.Declaration, host, sees) is { Ports: [var only] } ? only.Info.Port : null;
    }

    private EffectiveRule? RuleOf(MeshReader reader, CompiledService service) =>
        DestinationRules.Find(ConfigOf(reader), service, Scope, _mesh.Options);

    private ImmutableArray<GatewayListener> CompileListeners(MeshReader reader) => Scope.Type == ProxyType.Router
        ? new GatewayCompiler(ConfigOf(reader), Scope, _mesh.Options, RoutesOf(reader), ConnectionsOf(reader), ApiRoutesOf(reader)).Compile()
        : [];

    /// <param name="key">Its host and port have been found; they are looked up again so that it is noted what the result comes from.</param>
    private Upstream Build(MeshReader reader, UpstreamKey key, bool directOnly)
    {
        var visibility = VisibilityOf(reader);
        var service = ServiceLookup.Find(
            reader.Service, key.Host, directOnly ? visibility.Sees : candidate => visibility.Sees(candidate, key.Port))!;
        var port = service.FindPort(key.Port)!;
        key = key with { Host = service.Host };
        var config = ConfigOf(reader);
        var rule = RuleOf(reader, service);
        var policy = PolicyBlocks.Of(rule, key.Port, key.Subset, config.Settings);
        var tls = TrafficPolicies.Compile(policy.Tls);
        var clusterLocal = config.ClusterLocal.Contains(service.Host);
        var endpoints = port.Endpoints.Where(endpoint =>
            EndpointFilters.Admits(endpoint, Scope, service.Traits, clusterLocal, policy));
        // A subset that no rule defines selects by no labels, as istiod does it.
        if (key.Subset.Length > 0 && rule?.FindSubset(key.Subset) is { } subset)
            endpoints = endpoints.Where(endpoint => LabelMatch.Selects(subset.Labels, endpoint.Labels));
        return new Upstream
        {
            Key = key,
            Protocol = port.Info.Protocol,
            Discovery = DiscoveryOf(service),
            Endpoints = new EndpointView(Scope, reader.Gateways).Build(
                endpoints,
                endpoint => AcceptsMtls(config, endpoint, tls),
                LocalityChoice.Of(policy.LoadBalancer, service.Traits.Distribution, config.Settings),
                hasOutlier: policy.Outlier is not null,
                directOnly),
            ExpectedIdentities = Identities(service, policy),
            Tls = tls,
            Sni = SniOf(key, tls, policy),
            Policy = TrafficPolicies.Compile(policy, config.Settings),
            MeshExternal = service.MeshExternal,
        };
    }

    /// <summary>A gateway balances over a headless Service; a sidecar goes where the client wanted to.</summary>
    private EndpointDiscovery DiscoveryOf(CompiledService service) =>
        service.Traits.IsHeadless && Scope.Type == ProxyType.Router
            ? EndpointDiscovery.Endpoints
            : service.Traits.Discovery;

    /// <summary>The workload offers it, and neither a rule for the client nor a policy of the workload takes it away.</summary>
    private bool AcceptsMtls(TrafficConfig config, MeshEndpoint endpoint, ClientTlsMode tls)
    {
        if (!endpoint.AcceptsMtls) return false;
        if (tls != ClientTlsMode.Auto) return tls == ClientTlsMode.IstioMutual;
        var mode = PeerAuthentications.ModeOf(
            config, _mesh.Options, endpoint.Namespace, endpoint.Labels, endpoint.Port);
        return mode != MtlsMode.Disable;
    }

    private static ImmutableArray<string> Identities(CompiledService service, PolicyBlocks policy)
    {
        if (policy.Tls is { SubjectAltNames.IsEmpty: false } own) return own.SubjectAltNames;
        if (service.SubjectAltNames.IsEmpty) return service.Identities;
        return
        [
            .. service.Identities.Concat(service.SubjectAltNames)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string SniOf(UpstreamKey key, ClientTlsMode tls, PolicyBlocks policy)
    {
        if (policy.Tls is { Sni.Length: > 0 } own) return own.Sni;
        // Ordinary TLS to a server that is no mesh proxy needs the name that its certificate has.
        return tls is ClientTlsMode.Simple or ClientTlsMode.Mutual ? key.Host : key.Sni;
    }
}
