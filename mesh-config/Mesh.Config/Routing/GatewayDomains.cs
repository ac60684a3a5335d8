using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>Which VirtualServices belong to a server of a Gateway, and for which hosts.</summary>
internal sealed class GatewayDomains(TrafficConfig config, ProxyScope scope, MeshModelOptions options)
{
    /// <summary>The VirtualService names the Gateway and is exported to the proxy.</summary>
    public bool IsBound(VirtualService source, PortServer server) =>
        source.Spec.Gateways.Any(name => GatewayNames.Resolve(name, source.Metadata.Namespace) == server.GatewayName)
        && Visibility.Exports(
            source.Spec.ExportTo, config.Settings.DefaultVirtualServiceExportTo, source.Metadata.Namespace, scope.Namespace);

    /// <summary>Hosts that both the server and the VirtualService have, in lower case; empty when the server does not admit it.</summary>
    public HashSet<string> Of(VirtualService source, PortServer server)
    {
        var domains = new HashSet<string>(StringComparer.Ordinal);
        foreach (var serverHost in server.Server.Hosts)
        {
            if (!Admits(serverHost, server.Gateway.Metadata.Namespace, source.Metadata.Namespace)) continue;
            foreach (var host in source.Spec.Hosts)
            {
                var full = HostNames.Complete(host, source.Metadata.Namespace, options.ClusterDomain);
                // The narrower of the two is what can arrive for both.
                if (HostNames.Covers(HostOf(serverHost), full)) domains.Add(full.ToLowerInvariant());
                else if (HostNames.Covers(full, HostOf(serverHost))) domains.Add(HostOf(serverHost).ToLowerInvariant());
            }
        }

        return domains;
    }

    /// <summary>A server's host without the namespace.</summary>
    public static string HostOf(string serverHost) => serverHost[(serverHost.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>The namespace part of a server host says whose VirtualServices may bind to it.</summary>
    private static bool Admits(string serverHost, string gatewayNamespace, string sourceNamespace)
    {
        var slash = serverHost.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return true;
        return serverHost[..slash] switch
        {
            "*" => true,
            "." => sourceNamespace == gatewayNamespace,
            var space => space == sourceNamespace,
        };
    }
}
