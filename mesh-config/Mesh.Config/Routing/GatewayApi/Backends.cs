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
    private const string Group = "gateway.networking.k8s.io";

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

    /// <summary>The namespace of the Service allows references from routes of that kind and namespace.</summary>
    private bool IsGranted(MeshObject route, string space, string name) =>
        config.ReferenceGrantsIn(space).Any(grant =>
            grant.Spec.From.Any(from =>
                from.Group == Group && from.Kind == route.Kind && from.Namespace == route.Metadata.Namespace)
            && grant.Spec.To.Any(to => to is { Group: "", Kind: "Service" } && (to.Name.Length == 0 || to.Name == name)));

    /// <summary>Weighted destinations; null when there is none with a weight, or none that can be resolved.</summary>
    /// <remarks>
    /// Part of the traffic goes to references that cannot be resolved when others can: the data plane finds no service
    /// of that name and answers 503, where the Gateway API wants 500.
    /// </remarks>
    public RouteAction.Forward? Forward(
        MeshObject route, ImmutableArray<BackendReference> references, Func<ImmutableArray<GatewayApiFilter>, HeaderOperations> headers)
    {
        var any = false;
        var destinations = ImmutableArray.CreateBuilder<WeightedDestination>();
        foreach (var reference in references)
        {
            var weight = reference.Weight ?? 1;
            if (weight <= 0) continue;
            var key = Resolve(route, reference.Group, reference.Kind, reference.Name, reference.Namespace, reference.Port);
            any |= key is not null;
            destinations.Add(new WeightedDestination(key ?? new UpstreamKey("unresolved-backend.invalid", 1), weight)
            {
                Headers = headers(reference.Filters),
            });
        }

        return any ? new RouteAction.Forward(destinations.ToImmutable()) : null;
    }
}
