using System.Globalization;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Routing;

namespace Mesh.Config.Model.Compilation;

/// <summary>Findings that need more than one object: references that lead nowhere, networks without gateway.</summary>
internal static class ModelFindings
{
    public static void Collect(CompiledSnapshot snapshot, List<Diagnostic> found)
    {
        AddNetworksWithoutGateway(snapshot, found);
        foreach (var (_, source) in snapshot.Index.Of<VirtualService>())
        {
            found.AddRange(RouteCompiler.NotHonouredYet(source));
            AddUnknownDestinations(snapshot, source, found);
            AddUnknownGateways(snapshot, source, found);
            AddShortHosts(snapshot, source, found);
        }

        foreach (var (_, rule) in snapshot.Index.Of<DestinationRule>())
            AddUnhonouredPolicies(rule, found);
        foreach (var (_, entry) in snapshot.Index.Of<ServiceEntry>()) AddUnhonouredFields(entry, found);
    }

    private static void AddNetworksWithoutGateway(CompiledSnapshot snapshot, List<Diagnostic> found)
    {
        var networks = snapshot.Services.Values
            .SelectMany(service => service.Others.Insert(0, service))
            .SelectMany(service => service.Ports)
            .SelectMany(port => port.Endpoints)
            .Where(endpoint => endpoint.Network.Length > 0)
            .GroupBy(endpoint => endpoint.Network)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToArray();
        // With a single network nobody needs a gateway.
        if (networks.Length < 2 && snapshot.Gateways.All.IsEmpty) return;
        foreach (var network in networks)
        {
            if (!snapshot.Gateways.Of(network.Key, network.First().Cluster).IsEmpty) continue;
            found.Add(new Diagnostic(
                Severity.Warning, "NetworkWithoutGateway",
                $"network {network.Key} has workloads but no usable gateway: other networks will dial its workloads directly; label a gateway Service {TopologyLabels.Network}={network.Key}",
                SourceLocation.None));
        }
    }

    private static void AddUnknownDestinations(CompiledSnapshot snapshot, VirtualService source, List<Diagnostic> found)
    {
        foreach (var destination in source.Spec.Http.SelectMany(rule => rule.Route).Select(route => route.Destination!))
        {
            var host = HostNames.Complete(destination.Host, source.Metadata.Namespace, snapshot.Options.ClusterDomain);
            if (!snapshot.Services.TryGetValue(host.ToLowerInvariant(), out var service))
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

    private static void AddUnknownGateways(CompiledSnapshot snapshot, VirtualService source, List<Diagnostic> found)
    {
        foreach (var name in source.Spec.Gateways)
        {
            var resolved = GatewayNames.Resolve(name, source.Metadata.Namespace);
            if (resolved == GatewayNames.Mesh) continue;
            if (snapshot.Index.Of<Gateway>().Any(entry => $"{entry.Object.Metadata.Namespace}/{entry.Object.Metadata.Name}" == resolved)) continue;
            found.Add(new Diagnostic(
                Severity.Warning, "GatewayUnknown",
                $"gateway {resolved} does not exist: the routes are not bound to it",
                source.Location, source.Subject));
        }
    }

    /// <summary>Somebody who writes <c>localhost</c> for a gateway does not mean a Service of that name.</summary>
    private static void AddShortHosts(CompiledSnapshot snapshot, VirtualService source, List<Diagnostic> found)
    {
        if (source.Spec.Gateways.IsEmpty || source.Spec.Gateways.Contains(GatewayNames.Mesh)) return;
        foreach (var host in source.Spec.Hosts)
        {
            var full = HostNames.Complete(host, source.Metadata.Namespace, snapshot.Options.ClusterDomain);
            if (full == host || snapshot.Services.ContainsKey(full)) continue;
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
        new(Severity.Warning, "NotHonouredYet", $"{what} is not honoured yet", about.Location, about.Subject);

    private static void AddUnhonouredPolicies(DestinationRule rule, List<Diagnostic> found)
    {
        var policies = new[] { rule.Spec.TrafficPolicy }.Concat(rule.Spec.Subsets.Select(subset => subset.TrafficPolicy));
        foreach (var policy in policies.OfType<TrafficPolicySpec>())
        {
            foreach (var (name, used) in new[]
                     {
                         ("tunnel", policy.Tunnel is not null),
                         ("proxyProtocol", policy.ProxyProtocol is not null),
                         ("retryBudget", policy.RetryBudget is not null),
                         ("loadBalancer.consistentHash", policy.LoadBalancer?.ConsistentHash is not null),
                         ("loadBalancer.zoneAwareLbSetting", policy.LoadBalancer?.ZoneAwareLbSetting is not null),
                         ("loadBalancer.warmup", policy.LoadBalancer?.Warmup is not null),
                     })
            {
                if (used) found.Add(NotHonouredYet(rule, $"trafficPolicy.{name}"));
            }
        }
    }
}
