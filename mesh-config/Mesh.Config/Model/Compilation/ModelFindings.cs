using System.Globalization;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources;
using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Routing;

namespace Mesh.Config.Model.Compilation;

/// <summary>Findings that need more than one object: references that lead nowhere, networks without gateway.</summary>
internal static class ModelFindings
{
    /// <summary>Whether <see cref="Collect"/> knows something to look for in objects of a type.</summary>
    public static bool MayHave(Type type) =>
        type == typeof(Gateway) || type == typeof(VirtualService) || type == typeof(DestinationRule) || type == typeof(ServiceEntry)
        || type == typeof(GatewayApiGateway) || type == typeof(GatewayApiHttpRoute)
        || type == typeof(GatewayApiGrpcRoute) || type == typeof(GatewayApiTlsRoute);

    /// <summary>Findings about one object, which may be gone.</summary>
    /// <param name="name">Its name, as <see cref="Dependency.OnObject(string, MeshObject)"/>.</param>
    public static void Collect(Dependency name, MeshReader reader, List<Diagnostic> found)
    {
        switch (reader.Find(name))
        {
            case VirtualService source:
                found.AddRange(RouteCompiler.NotHonouredYet(source));
                AddUnknownDestinations(reader, source, found);
                AddUnknownGateways(reader, source, found);
                AddShortHosts(reader, source, found);
                break;
            case Gateway gateway:
                GatewayFindings.Collect(gateway, found);
                break;
            case DestinationRule rule:
                DestinationRuleFindings.Collect(rule, found);
                break;
            case ServiceEntry entry:
                AddUnhonouredFields(entry, found);
                break;
            case { } other:
                GatewayApiFindings.Collect(other, reader, found);
                break;
        }
    }

    /// <summary>Findings about the networks of the mesh.</summary>
    public static void CollectNetworks(MeshReader reader, List<Diagnostic> found)
    {
        var networks = reader.Networks;
        var gateways = reader.Gateways;
        // With a single network nobody needs a gateway.
        if (networks.Count < 2 && gateways.All.IsEmpty && gateways.Unresolved.IsEmpty) return;
        foreach (var network in networks)
        {
            if (gateways.HasGateway(network)) continue;
            var names = gateways.Unresolved.Where(gateway => gateway.Network == network).Select(gateway => gateway.Host).ToArray();
            var remedy = names.Length > 0
                ? $"the name {string.Join(", ", names)} of its gateway has no address: check the load balancer and its DNS"
                : $"label a gateway Service {TopologyLabels.Network}={network}";
            found.Add(new Diagnostic(
                Severity.Warning, "NetworkWithoutGateway",
                $"network {network} has workloads but no usable gateway: other networks will dial its workloads directly; {remedy}",
                SourceLocation.None));
        }
    }

    private static void AddUnknownDestinations(MeshReader reader, VirtualService source, List<Diagnostic> found)
    {
        foreach (var destination in source.Spec.Http.SelectMany(rule => rule.Route).Select(route => route.Destination!))
        {
            var host = HostNames.Complete(destination.Host, source.Metadata.Namespace, reader.Options.ClusterDomain);
            if (reader.Declaration(host.ToLowerInvariant()) is not { } service)
            {
                found.Add(new Diagnostic(
                    Severity.Warning, "DestinationUnknown",
                    $"destination {host} is no service: calls routed there get 503; check the name (a name with a dot is never completed)",
                    source.Location, source.Subject));
            }
            else if (destination.Port?.Number is > 0 and var port && service.FindPort(port) is null)
            {
                found.Add(new Diagnostic(
                    Severity.Warning, "DestinationPortUnknown",
                    string.Create(CultureInfo.InvariantCulture, $"service {host} has no port {port}; it has {string.Join(", ", service.Ports.Select(known => known.Info.Port))}"),
                    source.Location, source.Subject));
            }
        }
    }

    private static void AddUnknownGateways(MeshReader reader, VirtualService source, List<Diagnostic> found)
    {
        foreach (var name in source.Spec.Gateways)
        {
            var resolved = GatewayNames.Resolve(name, source.Metadata.Namespace);
            if (resolved == GatewayNames.Mesh) continue;
            var slash = resolved.IndexOf('/', StringComparison.Ordinal);
            var key = IndexKeys.Name(resolved[(slash + 1)..]);
            if (slash > 0 && !reader.WithKey<Gateway>("", resolved[..slash], key).IsEmpty) continue;
            found.Add(new Diagnostic(
                Severity.Warning, "GatewayUnknown",
                $"gateway {resolved} does not exist: the routes are not bound to it",
                source.Location, source.Subject));
        }
    }

    /// <summary>Somebody who writes <c>localhost</c> for a gateway does not mean a Service of that name.</summary>
    private static void AddShortHosts(MeshReader reader, VirtualService source, List<Diagnostic> found)
    {
        if (source.Spec.Gateways.IsEmpty || source.Spec.Gateways.Contains(GatewayNames.Mesh)) return;
        foreach (var host in source.Spec.Hosts)
        {
            var full = HostNames.Complete(host, source.Metadata.Namespace, reader.Options.ClusterDomain);
            if (full == host || reader.Declaration(full) is not null) continue;
            found.Add(new Diagnostic(
                Severity.Warning, "ShortHost",
                $"host \"{host}\" has no dot and therefore means {full}, which is no service: requests for {host} will not match; use a full name, or * with a match on authority",
                source.Location, source.Subject));
        }
    }

    private static void AddUnhonouredFields(ServiceEntry entry, List<Diagnostic> found)
    {
        if (entry.Spec.Resolution is ServiceEntryResolution.DynamicDns or ServiceEntryResolution.None)
            found.Add(NotHonouredYet(entry, $"resolution {entry.Spec.Resolution} (the service has no endpoints)"));
    }

    private static Diagnostic NotHonouredYet(MeshObject about, string what) =>
        new(Severity.Warning, "NotHonouredYet", $"{what} is not honoured by the data plane yet", about.Location, about.Subject);
}
