using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Policy;
using Mesh.Config.Policy.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Routing;

namespace Mesh.Config.Model.Compilation;

/// <summary>A proxy's view of a compiled snapshot. Everything is computed on first use and then kept.</summary>
internal sealed class CompiledView : MeshView
{
    private readonly CompiledSnapshot _snapshot;
    private readonly CompiledMesh _mesh;
    private readonly ViewMemo _memo;
    private readonly ViewCompilers _compilers;
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
        _compilers = new ViewCompilers(scope, _mesh.Options);
        _visibility = new Lazy<ProxyVisibility>(() => _compilers.VisibilityOf(new MeshReader(_mesh)));
        _listeners = new Lazy<ImmutableArray<GatewayListener>>(() =>
            Scope.Type == ProxyType.Router ? new GatewayView(_mesh, Scope, _memo, _compilers).Listeners() : []);
        _policy = new Lazy<WorkloadPolicy>(() => _memo.Policy.Get("", _mesh, reader =>
            WorkloadPolicies.Compile(_compilers.ConfigOf(reader), Scope, _mesh.Options)));
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
        if (FindService(key.Host, key.Port) is not null)
            return _upstreams.GetOrAdd(key, _memo.Upstreams.Get(key, _mesh, reader => _compilers.UpstreamsOf(reader).Compile(key, directOnly: false)));
        // The name of one Pod of a headless Service; a name that no Pod has (any more) is none.
        var (pod, host) = PodNames.Split(key.Host);
        if (pod.Length == 0 || FindService(host, key.Port) is not { Traits.IsHeadless: true }) return null;
        var found = _memo.Upstreams.Get(key, _mesh, reader => _compilers.UpstreamsOf(reader).Compile(key with { Host = host }, directOnly: false, pod));
        return found.Endpoints.IsEmpty ? null : _upstreams.GetOrAdd(key, found);
    }

    public override HttpRouteTable? OutboundRoutes(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        var name = ResolveHost(host);
        if (FindCalled(name, port) is not { } service) return PodRoutes(name, port);
        return _routes.GetOrAdd((service.Host, port), key => _memo.Routes.Get(key, _mesh, reader =>
            _compilers.MeshRoutesOf(reader).Compile(key.Host, key.Port)));
    }

    public override ImmutableArray<L4Route> OutboundConnectionRoutes(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        var name = ResolveHost(host);
        if (FindCalled(name, port) is not { } service)
            return FindPodService(name, port) is { } headless
                ? [.. OutboundConnectionRoutes(headless, port).Select(route => PodDestinations.Of(route, headless, name))]
                : [];
        return _memo.ConnectionRoutes.Get((service.Host, port), _mesh, reader => new ViewMemo.Connecting(
            _compilers.MeshRoutesOf(reader).CompileConnections(service.Host, port, _compilers.ConnectionsOf(reader)))).Routes;
    }

    /// <summary>Calls to one Pod of a headless Service follow the routes of the Service, as far as these lead to itself.</summary>
    private HttpRouteTable? PodRoutes(string name, int port)
    {
        if (FindPodService(name, port) is not { } host || OutboundRoutes(host, port) is not CompiledRouteTable table) return null;
        return _routes.GetOrAdd((name, port), _ => table.Select(route => PodDestinations.Of(route, host, name)));
    }

    /// <summary>Host of the headless Service that has a Pod of that name; null when there is none.</summary>
    private string? FindPodService(string name, int port)
    {
        var host = PodNames.Split(name).Service;
        return host != name && FindCalled(host, port) is { Traits.IsHeadless: true } service
            && FindUpstream(new UpstreamKey(name, port)) is not null ? service.Host : null;
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
                key, _mesh, reader => _compilers.UpstreamsOf(reader).Compile(key, directOnly: true)));

        if (upstream is { Endpoints.IsEmpty: true })
        {
            refusal = $"service {key!.Host} port {key.Port} has no workload with mesh mTLS in this network";
            upstream = null;
        }

        return upstream is not null;
    }

    public override bool AllowsUnknownDestinations => _compilers.VisibilityOf(new MeshReader(_mesh)).AllowsUnknownDestinations;

    public override MtlsMode InboundMtls(int workloadPort) =>
        PeerAuthentications.ModeOf(_compilers.ConfigOf(new MeshReader(_mesh)), _mesh.Options, Scope.Namespace, Scope.Labels, workloadPort);

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
        // The search path of a Pod's resolver.
        foreach (var full in new[] { $"{name}.{Scope.Namespace}.svc.{domain}", $"{name}.svc.{domain}", $"{name}.{domain}" })
            if (_mesh.Services.ContainsKey(full) || IsPodName(full))
                return full;
        return name;
    }

    private bool IsPodName(string host)
    {
        var (pod, service) = PodNames.Split(host);
        return _mesh.Services.GetValueOrDefault(service) is { Traits.IsHeadless: true } found
               && found.Ports.Any(port => PodNames.Select(port.Endpoints, pod, Scope).Any());
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

    private EffectiveRule? RuleOf(MeshReader reader, CompiledService service) =>
        DestinationRules.Find(_compilers.ConfigOf(reader), service, Scope, _mesh.Options);
}
