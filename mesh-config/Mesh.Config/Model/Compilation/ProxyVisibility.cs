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

    public bool Sees(CompiledService service) =>
        service.IsVisibleTo(_scope.Namespace, _defaults)
        && (_imports is null || _imports.Has(service) || _destinations.Contains(service.Host));

    public bool Sees(VirtualService source) =>
        Visibility.Exports(
            source.Spec.ExportTo, _defaults.DefaultVirtualServiceExportTo, source.Metadata.Namespace, _scope.Namespace)
        && (_imports is null || _imports.Has(source, _domain));
}
