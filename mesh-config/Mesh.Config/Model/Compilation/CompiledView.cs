using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Routing;

namespace Mesh.Config.Model.Compilation;

/// <summary>A proxy's view of a compiled snapshot. Everything is computed on first use and then kept.</summary>
internal sealed class CompiledView : MeshView
{
    private readonly CompiledSnapshot _snapshot;
    private readonly FrozenDictionary<UpstreamKey, Upstream> _earlier;
    private readonly ConcurrentDictionary<UpstreamKey, Upstream> _upstreams = new();
    private readonly ConcurrentDictionary<UpstreamKey, Upstream> _passthrough = new();
    private readonly ConcurrentDictionary<(string Host, int Port), HttpRouteTable> _routes = new();
    private readonly ConcurrentDictionary<string, EffectiveRule?> _rules = new(StringComparer.Ordinal);
    private readonly Lazy<ImmutableArray<GatewayListener>> _listeners;
    private readonly TrafficConfig _config;
    private readonly EndpointView _endpoints;
    private readonly RouteCompiler _routeCompiler;

    public CompiledView(CompiledSnapshot snapshot, ProxyScope scope, FrozenDictionary<UpstreamKey, Upstream> earlier)
    {
        _snapshot = snapshot;
        _earlier = earlier;
        Scope = scope;
        _config = snapshot.ConfigOf(scope.Cluster);
        _endpoints = new EndpointView(scope, snapshot.Gateways);
        _routeCompiler = new RouteCompiler(scope, snapshot.Options, OnlyPort);
        _listeners = new Lazy<ImmutableArray<GatewayListener>>(CompileListeners);
    }

    public override ProxyScope Scope { get; }

    public override long Version => _snapshot.Version;

    public override ImmutableArray<Diagnostic> Diagnostics => _snapshot.Diagnostics;

    public override ImmutableArray<GatewayListener> Listeners => _listeners.Value;

    public override IEnumerable<Upstream> Upstreams =>
        from host in _snapshot.Services.Keys
        let service = FindService(host)
        // An ExternalName that stands for a service of the mesh is no destination of its own.
        where service is not null && service.Host == host
        from port in service.Ports
        select FindUpstream(new UpstreamKey(service.Host, port.Info.Port))!;

    public override Upstream? FindUpstream(UpstreamKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_upstreams.TryGetValue(key, out var known)) return known;
        if (FindService(key.Host) is not { } service || service.FindPort(key.Port) is not { } port) return null;
        var built = Build(key with { Host = service.Host }, service, port, directOnly: false);
        if (_earlier.TryGetValue(key, out var earlier) && UpstreamEquality.Same(earlier, built)) built = earlier;
        return _upstreams.GetOrAdd(key, built);
    }

    public override HttpRouteTable? OutboundRoutes(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (FindService(ResolveHost(host)) is not { } service || service.FindPort(port) is null) return null;
        return _routes.GetOrAdd((service.Host, port), key =>
            new MeshRoutes(_config, Scope, _snapshot.Options, _routeCompiler).Compile(key.Host, key.Port));
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
        else if (service.FindPort(key.Port) is not { } port)
            refusal = $"service {key.Host} has no port {key.Port}";
        else if (key.Subset.Length > 0 && RuleOf(service)?.FindSubset(key.Subset) is null)
            refusal = $"service {key.Host} has no subset {key.Subset}";
        else
            upstream = _passthrough.GetOrAdd(key, _ => Build(key, service, port, directOnly: true));

        if (upstream is { Endpoints.IsEmpty: true })
        {
            refusal = $"service {key!.Host} port {key.Port} has no workload with mesh mTLS in this network";
            upstream = null;
        }

        return upstream is not null;
    }

    public override MtlsMode InboundMtls(int workloadPort) =>
        PeerAuthentications.ModeOf(_config, _snapshot.Options, Scope.Namespace, Scope.Labels, workloadPort);

    public override ServicePortInfo? FindServicePort(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        return FindService(ResolveHost(host))?.FindPort(port)?.Info;
    }

    public override string ResolveHost(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var name = host.TrimEnd('.').ToLowerInvariant();
        if (_snapshot.Services.ContainsKey(name)) return name;
        var domain = _snapshot.Options.ClusterDomain;
        var parts = name.Split('.');
        var full = parts.Length switch
        {
            1 => $"{name}.{Scope.Namespace}.svc.{domain}",
            2 => $"{name}.svc.{domain}",
            3 when parts[2] == "svc" => $"{name}.{domain}",
            _ => name,
        };
        return _snapshot.Services.ContainsKey(full) ? full : name;
    }

    public FrozenDictionary<UpstreamKey, Upstream> ComputedUpstreams()
    {
        // Keys nobody asked for again stay shareable for one more round.
        var computed = new Dictionary<UpstreamKey, Upstream>(_upstreams);
        if (computed.Count == 0) return _earlier;
        return computed.ToFrozenDictionary();
    }

    private CompiledService? FindService(string host) =>
        ServiceLookup.Find(_snapshot.Services, host, service => service.IsVisibleTo(Scope.Namespace));

    private int? OnlyPort(string host) => FindService(host) is { Ports: [var only] } ? only.Info.Port : null;

    private EffectiveRule? RuleOf(CompiledService service) =>
        _rules.GetOrAdd(service.Host, _ => DestinationRules.Find(_config, service, Scope, _snapshot.Options));

    private ImmutableArray<GatewayListener> CompileListeners() => Scope.Type == ProxyType.Router
        ? new GatewayCompiler(_config, Scope, _snapshot.Options, _routeCompiler).Compile()
        : [];

    private Upstream Build(UpstreamKey key, CompiledService service, CompiledPort port, bool directOnly)
    {
        var rule = RuleOf(service);
        var policy = PolicyBlocks.Of(rule, key.Port, key.Subset);
        var tls = TrafficPolicies.Compile(policy.Tls);
        var clusterLocal = _config.ClusterLocal.Contains(service.Host);
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
            Endpoints = _endpoints.Build(
                endpoints,
                endpoint => AcceptsMtls(endpoint, tls),
                LocalityChoice.Of(policy.LoadBalancer, service.Traits.Distribution, _config.Settings),
                hasOutlier: policy.Outlier is not null,
                directOnly),
            ExpectedIdentities = Identities(service, policy),
            Tls = tls,
            Sni = SniOf(key, tls, policy),
            Policy = TrafficPolicies.Compile(policy),
            MeshExternal = service.MeshExternal,
        };
    }

    /// <summary>A gateway balances over a headless Service; a sidecar goes where the client wanted to.</summary>
    private EndpointDiscovery DiscoveryOf(CompiledService service) =>
        service.Traits.IsHeadless && Scope.Type == ProxyType.Router
            ? EndpointDiscovery.Endpoints
            : service.Traits.Discovery;

    /// <summary>The workload offers it, and neither a rule for the client nor a policy of the workload takes it away.</summary>
    private bool AcceptsMtls(MeshEndpoint endpoint, ClientTlsMode tls)
    {
        if (!endpoint.AcceptsMtls) return false;
        if (tls != ClientTlsMode.Auto) return tls == ClientTlsMode.IstioMutual;
        var mode = PeerAuthentications.ModeOf(
            _config, _snapshot.Options, endpoint.Namespace, endpoint.Labels, endpoint.Port);
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
