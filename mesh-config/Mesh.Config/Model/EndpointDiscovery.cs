namespace Mesh.Config.Model;

/// <summary>Where the addresses of an <see cref="Upstream"/> come from.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/cluster.go, convertResolution.</remarks>
public enum EndpointDiscovery
{
    /// <summary><see cref="Upstream.Endpoints"/> are addresses.</summary>
    Endpoints,

    /// <summary>
    /// The address the client dialled is used: headless Services seen by sidecars, ServiceEntries of resolution NONE. The
    /// endpoints, where there are some, serve a proxy that does not know that address.
    /// </summary>
    OriginalDestination,

    /// <summary>Endpoints are host names; all their addresses are used (resolution DNS).</summary>
    Dns,

    /// <summary>One host name; each new connection goes to whatever its lookup gives first (resolution DNS_ROUND_ROBIN).</summary>
    DnsRoundRobin,

    /// <summary>The host of the request is looked up (resolution DYNAMIC_DNS of a wildcard host).</summary>
    DynamicDns,
}
