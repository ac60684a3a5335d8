using System.Collections.Immutable;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>What the egress hosts of a Sidecar let its proxies see, of all that is exported to them.</summary>
/// <remarks>
/// Source: istio pilot/pkg/model/sidecar.go. Hosts of all egress listeners count together: a listener's port does not
/// restrict them here.
/// </remarks>
internal sealed class EgressImports
{
    private readonly ImmutableArray<(string Namespace, string Host)> _imports;
    private readonly ImmutableArray<(string Namespace, string Host)> _exclusions;

    /// <param name="clientNamespace">What <c>.</c> means; the Sidecar itself may be one of the root namespace.</param>
    public EgressImports(Sidecar sidecar, string clientNamespace)
    {
        var imports = ImmutableArray.CreateBuilder<(string, string)>();
        var exclusions = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var host in sidecar.Spec.Egress.SelectMany(listener => listener.Hosts))
        {
            var slash = host.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0) continue;
            var (space, name) = (host[..slash], host[(slash + 1)..]);
            // "~/*" imports nothing, "~ns/host" takes away.
            if (space == "~") continue;
            if (space.StartsWith('~')) exclusions.Add((Complete(space[1..]), name));
            else imports.Add((Complete(space), name));
        }

        // Only exclusions, or no egress at all: everything else is seen.
        if (sidecar.Spec.Egress.IsEmpty || imports.Count == 0 && exclusions.Count > 0) imports.Add(("*", "*"));
        _imports = imports.ToImmutable();
        _exclusions = exclusions.ToImmutable();

        string Complete(string space) => space == "." ? clientNamespace : space;
    }

    public bool Has(CompiledService service) => Has(service.Namespace, service.Host);

    /// <summary>A VirtualService counts when any of its hosts overlaps an import.</summary>
    public bool Has(VirtualService source, string domain)
    {
        foreach (var host in source.Spec.Hosts)
        {
            var full = HostNames.Complete(host, source.Metadata.Namespace, domain);
            foreach (var (space, pattern) in _imports)
                if (IsIn(space, source.Metadata.Namespace) && (HostNames.Covers(pattern, full) || HostNames.Covers(full, pattern)))
                    return true;
        }

        return false;
    }

    /// <summary>Hosts that the imported VirtualServices lead to: they are imported along, whatever the egress hosts say.</summary>
    public IEnumerable<string> Destinations(IEnumerable<VirtualService> sources, string domain) =>
    [
        .. sources
            .Where(source => Has(source, domain))
            .SelectMany(source => HostsOf(source.Spec)
                .Select(host => HostNames.Complete(host, source.Metadata.Namespace, domain).ToLowerInvariant()))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    private bool Has(string space, string host) =>
        _imports.Any(import => IsIn(import.Namespace, space) && HostNames.Covers(import.Host, host))
        && !_exclusions.Any(exclusion => IsIn(exclusion.Namespace, space) && HostNames.Covers(exclusion.Host, host));

    private static bool IsIn(string pattern, string space) => pattern == "*" || pattern == space;

    private static IEnumerable<string> HostsOf(VirtualServiceSpec spec) =>
        spec.Http.SelectMany(rule => rule.Route.Select(route => route.Destination)
                .Append(rule.Mirror)
                .Concat(rule.Mirrors.Select(mirror => mirror.Destination)))
            .Concat(spec.Tcp.SelectMany(rule => rule.Route).Select(route => route.Destination))
            .Concat(spec.Tls.SelectMany(rule => rule.Route).Select(route => route.Destination))
            .OfType<Destination>()
            .Select(destination => destination.Host);
}
