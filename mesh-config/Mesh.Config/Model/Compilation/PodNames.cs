using Mesh.Config.Resources.Core;

namespace Mesh.Config.Model.Compilation;

/// <summary>Names that Pods of a headless Service have of their own: <c>db-0.db.prod.svc.cluster.local</c>.</summary>
/// <remarks>Source: Kubernetes, "DNS for Services and Pods"; istio pkg/dns/server/name_table.go.</remarks>
internal static class PodNames
{
    /// <summary>A Pod has a name when its subdomain is that of the Service: its hostname, else its own name.</summary>
    public static string HostnameOf(Pod? pod, Service service)
    {
        if (pod is null || pod.Spec.Subdomain.Length == 0 || pod.Spec.Subdomain != service.Metadata.Name) return "";
        return pod.Spec.Hostname.Length > 0 ? pod.Spec.Hostname : pod.Metadata.Name;
    }

    /// <summary>The Pod's label and the host of its Service.</summary>
    public static (string Pod, string Service) Split(string host)
    {
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        return dot <= 0 ? ("", host) : (host[..dot], host[(dot + 1)..]);
    }

    /// <summary>
    /// The endpoints that a Pod's name means to a proxy: on its own network, and of those of several clusters the ones of
    /// its own.
    /// </summary>
    public static IEnumerable<MeshEndpoint> Select(IEnumerable<MeshEndpoint> endpoints, string pod, ProxyScope scope)
    {
        var found = endpoints
            .Where(endpoint => endpoint.Hostname == pod
                               && (scope.Network.Length == 0 || endpoint.Network.Length == 0 || endpoint.Network == scope.Network))
            .ToArray();
        var own = found.Where(endpoint => endpoint.Cluster == scope.Cluster).ToArray();
        return own.Length > 0 ? own : found.Take(1);
    }
}
