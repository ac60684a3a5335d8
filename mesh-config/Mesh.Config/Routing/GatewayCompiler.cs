using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Routing.GatewayApi;

namespace Mesh.Config.Routing;

/// <summary>Makes the listeners of a gateway proxy, without the routes of exact hosts of VirtualServices.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/gateway.go; traffic-resources.md §Q.</remarks>
internal sealed class GatewayCompiler(
    TrafficConfig config,
    ProxyScope scope,
    GatewayDomains domains,
    RouteCompiler routes,
    L4RouteCompiler l4Routes,
    GatewayApiRoutes apiRoutes)
{
    public (GatewayListener Listener, GatewayRoutes Routes) Compile(ServedPort port) => (
        new GatewayListener
        {
            Port = port.Number,
            Bind = port.Bind,
            Protocol = port.Servers[0].Server.Port!.Protocol.ToUpperInvariant(),
            Servers = [.. port.Servers.Select(CompileServer)],
            Routes = CompiledRouteTable.Empty,
            TlsRoutes =
            [
                .. CompileL4(port, l4Routes.CompileTls),
                .. apiRoutes.CompileTls(ApiListenersOf(port)),
            ],
            TcpRoutes = [.. CompileL4(port, l4Routes.CompileTcp)],
        },
        CompileRoutes(port));

    private static ImmutableArray<AttachedListener> ApiListenersOf(ServedPort port) =>
        [.. port.Servers.Select(server => server.Api).OfType<AttachedListener>()];

    private IEnumerable<L4Route> CompileL4(ServedPort port, Func<VirtualService, string, int, IEnumerable<L4Route>> compile) =>
        from server in port.Servers
        from source in config.ConnectionVirtualServices
        where domains.IsBound(source, server) && domains.Of(source, server).Count > 0
        from route in compile(source, server.GatewayName, port.Number)
        select route;

    private GatewayRoutes CompileRoutes(ServedPort port)
    {
        var hosts = new GatewayHostCompiler(domains, routes, port).Compile(config.WildVirtualServices, IsWild);
        var exact = new Dictionary<string, ImmutableArray<RouteRule>>(StringComparer.Ordinal);
        foreach (var (domain, rules) in apiRoutes.Compile(ApiListenersOf(port), port.Number))
        {
            var name = domain.ToLowerInvariant();
            if (IsWild(name)) hosts[name] = GatewayHostCompiler.Merge(hosts.GetValueOrDefault(name), name, [.. rules]);
            else exact[name] = [.. rules];
        }

        var wild = hosts.Values.OrderBy(host => host.Domain, Comparer<string>.Create(HostNames.CompareSpecific));
        return new GatewayRoutes(port, new CompiledRouteTable([.. wild]), exact.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static bool IsWild(string domain) => domain.StartsWith('*');

    private GatewayServer CompileServer(PortServer entry) => new()
    {
        Gateway = entry.GatewayName,
        Protocol = entry.Server.Port!.Protocol.ToUpperInvariant(),
        Hosts = [.. entry.Server.Hosts.Select(host => GatewayDomains.HostOf(host).ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
        Tls = CompileTls(entry.Server.Tls) with { Credential = CredentialOf(entry) },
    };

    /// <summary>Istio looks in the namespace of the proxy, the Gateway API in that of the Gateway or where the reference points.</summary>
    private TlsCredential? CredentialOf(PortServer entry)
    {
        if (entry.Server.Tls is not { CredentialName.Length: > 0 } tls) return null;
        var slash = tls.CredentialName.IndexOf('/', StringComparison.Ordinal);
        var space = slash > 0 ? tls.CredentialName[..slash] : entry.Api is not null ? entry.Gateway.Metadata.Namespace : scope.Namespace;
        return TlsCredentials.Read(
            tls.CredentialName[(slash + 1)..], tls.Mode is ServerTlsMode.Mutual or ServerTlsMode.OptionalMutual, tls.CaCertCredentialName,
            name => config.SecretNamed(space, name));
    }

    private static GatewayTls CompileTls(ServerTlsSettings? tls) => tls is null
        ? new GatewayTls { Mode = GatewayTlsMode.None }
        : new GatewayTls
        {
            Mode = tls switch
            {
                // A block that only redirects belongs to a plain-text server.
                { HttpsRedirect: true, Mode: ServerTlsMode.Passthrough } => GatewayTlsMode.None,
                { Mode: ServerTlsMode.Simple } => GatewayTlsMode.Simple,
                { Mode: ServerTlsMode.Mutual } => GatewayTlsMode.Mutual,
                { Mode: ServerTlsMode.AutoPassthrough } => GatewayTlsMode.AutoPassthrough,
                { Mode: ServerTlsMode.IstioMutual } => GatewayTlsMode.IstioMutual,
                { Mode: ServerTlsMode.OptionalMutual } => GatewayTlsMode.OptionalMutual,
                _ => GatewayTlsMode.Passthrough,
            },
            ServerCertificate = tls.ServerCertificate,
            PrivateKey = tls.PrivateKey,
            CaCertificates = tls.CaCertificates,
            CaCrl = tls.CaCrl,
            CredentialName = tls.CredentialName,
            SubjectAltNames = tls.SubjectAltNames,
            VerifyCertificateSpki = tls.VerifyCertificateSpki,
            VerifyCertificateHash = tls.VerifyCertificateHash,
            HttpsRedirect = tls.HttpsRedirect,
            MinVersion = tls.MinProtocolVersion,
            MaxVersion = tls.MaxProtocolVersion,
            CipherSuites = tls.CipherSuites,
        };
}
