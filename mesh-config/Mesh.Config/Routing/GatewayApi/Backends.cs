using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.GatewayApi;

namespace Mesh.Config.Routing.GatewayApi;

/// <summary>Resolves backend references of routes.</summary>
/// <remarks>Source: Gateway API, BackendObjectReference and ReferenceGrant.</remarks>
internal sealed class Backends(TrafficConfig config, MeshModelOptions options, Func<string, CompiledService?> find)
{
    /// <summary>Null when there is no such port, or it is in another namespace that does not grant the reference.</summary>
    public UpstreamKey? Resolve(MeshObject route, string group, string kind, string name, string space, int? port)
    {
        if (space.Length == 0) space = route.Metadata.Namespace;
        var host = (group, kind) switch
        {
            ("", "" or "Service") => $"{name}.{space}.svc.{options.ClusterDomain}",
            // Any host of the registry, also one of a ServiceEntry: visible as exportTo says, so no grant is needed.
            ("networking.istio.io", "Hostname") => name.ToLowerInvariant(),
            _ => "",
        };
        if (host.Length == 0 || port is null) return null;
        if (group.Length == 0 && space != route.Metadata.Namespace && !IsGranted(route, space, name)) return null;
        return find(host)?.FindPort(port.Value) is null ? null : new UpstreamKey(host, port.Value);
    }

    private bool IsGranted(MeshObject route, string space, string name) =>
        ReferenceGrants.Allow(config.ReferenceGrantsIn(space), route, "Service", name);

    /// <summary>
    /// Weighted destinations, of which those that cannot be resolved keep their share: it is answered 500. Null when there is
    /// none with a weight.
    /// </summary>
    /// <param name="any">Whether any can be resolved.</param>
    public RouteAction.Forward? Forward(
        MeshObject route, ImmutableArray<BackendReference> references, Func<ImmutableArray<GatewayApiFilter>, HeaderOperations> headers,
        out bool any)
    {
        any = false;
        var destinations = ImmutableArray.CreateBuilder<WeightedDestination>();
        foreach (var reference in references)
        {
            var weight = reference.Weight ?? 1;
            if (weight <= 0) continue;
            var key = Resolve(route, reference.Group, reference.Kind, reference.Name, reference.Namespace, reference.Port);
            any |= key is not null;
            destinations.Add(new WeightedDestination(key ?? UpstreamKey.Unresolved, weight)
            {
                UnknownStatus = 500,
                Headers = headers(reference.Filters),
            });
        }

        return destinations.Count > 0 ? new RouteAction.Forward(destinations.ToImmutable()) : null;
    }
}
