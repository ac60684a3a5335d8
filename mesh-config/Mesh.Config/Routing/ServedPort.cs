using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>A port of a gateway proxy with the servers that share it, of all Gateways that select the proxy.</summary>
/// <param name="Servers">Never empty; in the order of their Gateways' age. Those that do not go together with older ones are left out.</param>
internal sealed record ServedPort(int Number, string Bind, ImmutableArray<PortServer> Servers)
{
    /// <summary>Host patterns of the servers, in lower case.</summary>
    public ImmutableHashSet<string> ServerHosts { get; } =
        [.. Servers.SelectMany(server => server.Server.Hosts).Select(host => GatewayDomains.HostOf(host).ToLowerInvariant())];
}
