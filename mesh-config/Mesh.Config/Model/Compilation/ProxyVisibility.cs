using System.Collections.Frozen;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>What a proxy sees of the mesh: what is exported to its namespace, and of that what its Sidecar imports.</summary>
internal sealed class ProxyVisibility
{
    private readonly ProxyScope _scope;
    private readonly MeshDefaults _defaults;
    private readonly string _domain;
    private readonly EgressImports? _imports;
    private readonly FrozenSet<string> _destinations;

    public ProxyVisibility(TrafficConfig config, ProxyScope scope, MeshModelOptions options)
    {
        _scope = scope;
        _defaults = config.Settings;
        _domain = options.ClusterDomain;
        var sidecar = config.SidecarOf(scope);
        _imports = sidecar is { Spec.Egress.IsEmpty: false } ? new EgressImports(sidecar, scope.Namespace) : null;
        _destinations = _imports is null ? [] : config.DestinationsOf(sidecar!, scope.Namespace).ToFrozenSet(StringComparer.Ordinal);
        AllowsUnknownDestinations = sidecar?.Spec.OutboundTrafficPolicy is { } policy
            ? policy.Mode == OutboundTrafficMode.AllowAny
            : _defaults.AllowsUnknownDestinations;
    }

    /// <summary>outboundTrafficPolicy ALLOW_ANY.</summary>
    public bool AllowsUnknownDestinations { get; }

    /// <summary>Some port of the service may be a destination.</summary>
    public bool Sees(CompiledService service) =>
        service.IsVisibleTo(_scope.Namespace, _defaults)
        && (_imports is null || _imports.Has(service) || service.Ports.Any(port => LeadsTo(service, port.Info.Port)));

    /// <summary>The port of the service may be a destination, if only of a route.</summary>
    public bool Sees(CompiledService service, int port) =>
        service.IsVisibleTo(_scope.Namespace, _defaults)
        && (_imports is null || _imports.Has(service, port) || LeadsTo(service, port));

    /// <summary>The proxy's own clients may call the port of the service.</summary>
    public bool Calls(CompiledService service, int port) =>
        service.IsVisibleTo(_scope.Namespace, _defaults)
        && (_imports is null || _imports.ListenerOf(port)?.Has(service, port) == true);

    /// <param name="port">Of the calls that it may route.</param>
    public bool Sees(VirtualService source, int port) =>
        Visibility.Exports(
            source.Spec.ExportTo, _defaults.DefaultVirtualServiceExportTo, source.Metadata.Namespace, _scope.Namespace)
        && (_imports is null || _imports.ListenerOf(port)?.Has(source, _domain) == true);

    /// <summary>An imported VirtualService leads there.</summary>
    private bool LeadsTo(CompiledService service, int port) =>
        _destinations.Count > 0
        && (_destinations.Contains(EgressImports.Destination(service.Host, 0))
            || _destinations.Contains(EgressImports.Destination(service.Host, port)));
}
