using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Routing;

namespace Mesh.Config.Model.Compilation;

/// <summary>What the egress listeners of a Sidecar let its proxies see, of all that is exported to them.</summary>
/// <remarks>
/// Source: istio pilot/pkg/model/sidecar.go. A destination of routes may be what any listener imports; a call to a port
/// is made by what the listener of that port has, and by the one without port when no other has it.
/// </remarks>
internal sealed class EgressImports(Sidecar sidecar, string clientNamespace)
{
    private readonly ImmutableArray<EgressListenerImports> _listeners =
        [.. sidecar.Spec.Egress.Select(listener => new EgressListenerImports(listener, clientNamespace))];

    public bool Has(CompiledService service) =>
        _listeners.Any(listener => listener.Has(service) && (!listener.IsOfPort || service.FindPort(listener.Port) is not null));

    public bool Has(CompiledService service, int port) => _listeners.Any(listener => listener.Has(service, port));

    /// <summary>The listener that takes calls to a port; null when nobody does.</summary>
    public EgressListenerImports? ListenerOf(int port) =>
        _listeners.FirstOrDefault(listener => !listener.HasPort || listener.Port == port);

    /// <summary>
    /// Destinations of the imported VirtualServices: they are imported along, whatever the egress hosts say. Each as
    /// <c>host:port</c>, with port 0 when no port is named and all of them are meant.
    /// </summary>
    /// <param name="rules">The http rules of a VirtualService with those of its delegates.</param>
    public IEnumerable<string> Destinations(
        IEnumerable<VirtualService> sources, Func<VirtualService, IEnumerable<HttpRuleInForce>> rules, string domain)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            var listeners = _listeners.Where(listener => listener.Has(source, domain)).ToArray();
            if (listeners.Length == 0) continue;
            foreach (var (destination, space) in DestinationsOf(source, rules(source)))
            {
                var host = HostNames.Complete(destination.Host, space, domain).ToLowerInvariant();
                // A listener of a port does not see other ports, however it came to the service.
                foreach (var listener in listeners)
                    found.Add(Destination(host, listener.IsOfPort ? listener.Port : destination.Port?.Number ?? 0));
            }
        }

        return found;
    }

    /// <summary>As in <see cref="Destinations"/>.</summary>
    public static string Destination(string host, int port) => string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");

    private IEnumerable<(Destination Destination, string Namespace)> DestinationsOf(
        VirtualService source, IEnumerable<HttpRuleInForce> rules)
    {
        var own = source.Metadata.Namespace;
        var http = from rule in rules
                   where IsForClients(rule.Spec)
                   from destination in rule.Spec.Route.Select(route => route.Destination)
                       .Append(rule.Spec.Mirror)
                       .Concat(rule.Spec.Mirrors.Select(mirror => mirror.Destination))
                   select (destination, rule.Namespace);
        return http
            .Concat(source.Spec.Tcp.SelectMany(rule => rule.Route).Select(route => (route.Destination, own)))
            .Concat(source.Spec.Tls.SelectMany(rule => rule.Route).Select(route => (route.Destination, own)))
            .Where(pair => pair.Item1 is not null)
            .Select(pair => (pair.Item1!, pair.Item2));
    }

    /// <summary>A rule that only clients of other namespaces follow leads those of this one nowhere.</summary>
    private bool IsForClients(HttpRouteSpec rule) =>
        rule.Match.IsEmpty
        || rule.Match.Any(match => match.SourceNamespace.Length == 0 || match.SourceNamespace == clientNamespace);
}
