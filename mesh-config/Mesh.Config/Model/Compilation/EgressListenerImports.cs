using System.Collections.Immutable;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>What the hosts of one egress listener of a Sidecar let its proxies see.</summary>
/// <remarks>Source: istio pilot/pkg/model/sidecar.go.</remarks>
internal sealed class EgressListenerImports
{
    private readonly ImmutableArray<(string Namespace, string Host)> _imports;
    private readonly ImmutableArray<(string Namespace, string Host)> _exclusions;

    /// <param name="clientNamespace">What <c>.</c> means; the Sidecar itself may be one of the root namespace.</param>
    public EgressListenerImports(SidecarEgressListener listener, string clientNamespace)
    {
        var imports = ImmutableArray.CreateBuilder<(string, string)>();
        var exclusions = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var host in listener.Hosts)
        {
            var slash = host.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0) continue;
            var (space, name) = (host[..slash], host[(slash + 1)..]);
            // "~/*" imports nothing, "~ns/host" takes away.
            if (space == "~") continue;
            if (space.StartsWith('~')) exclusions.Add((Complete(space[1..]), name));
            else imports.Add((Complete(space), name));
        }

        // Only exclusions: everything else is seen.
        if (imports.Count == 0 && exclusions.Count > 0) imports.Add(("*", "*"));
        _imports = imports.ToImmutable();
        _exclusions = exclusions.ToImmutable();
        Port = (int)(listener.Port?.Number ?? 0);
        HasPort = listener.Port is not null;
        // A proxy port and a socket lead to services of any port.
        IsOfPort = Port != 0 && Protocols.Parse(listener.Port!.Protocol) != ServiceProtocol.HttpProxy;

        string Complete(string space) => space == "." ? clientNamespace : space;
    }

    /// <summary>0 for a socket, and for the listener of all that the others do not have.</summary>
    public int Port { get; }

    /// <summary>False for the listener of all that the others do not have.</summary>
    public bool HasPort { get; }

    /// <summary>Of a service only <see cref="Port"/> is imported.</summary>
    public bool IsOfPort { get; }

    public bool Has(CompiledService service) =>
        _imports.Any(import => IsIn(import.Namespace, service.Namespace) && HostNames.Covers(import.Host, service.Host))
        && !_exclusions.Any(exclusion => IsIn(exclusion.Namespace, service.Namespace) && HostNames.Covers(exclusion.Host, service.Host));

    public bool Has(CompiledService service, int port) => (!IsOfPort || port == Port) && Has(service);

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

    private static bool IsIn(string pattern, string space) => pattern == "*" || pattern == space;
}
