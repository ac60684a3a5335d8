using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Routing.GatewayApi;

namespace Mesh.Config.Routing;

/// <summary>Makes the listeners of a gateway proxy of the Gateways whose selector matches it.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/gateway.go; traffic-resources.md §Q.</remarks>
internal sealed class GatewayCompiler(
    TrafficConfig config,
    ProxyScope scope,
    MeshModelOptions options,
    RouteCompiler routes,
    L4RouteCompiler l4Routes,
    GatewayApiRoutes apiRoutes)
{
    private readonly ImmutableArray<AttachedListener> _apiListeners = [.. GatewayApiListeners.Of(config, scope, options)];

    /// <summary>Ordered by port, then bind address.</summary>
    public ImmutableArray<GatewayListener> Compile()
    {
        var servers =
            from gateway in config.Gateways
            where LabelMatch.Selects(gateway.Spec.Selector, scope.Labels)
            from server in gateway.Spec.Servers
            select (Gateway: gateway, Server: server);
        return
        [
            .. servers.Concat(_apiListeners.Select(entry => (Gateway: entry.AsGateway, Server: entry.AsServer))).GroupBy(entry => (entry.Server.Port!.Number, entry.Server.Bind))
                .OrderBy(group => group.Key.Number)
                .ThenBy(group => group.Key.Bind, StringComparer.Ordinal)
                .Select(group => CompileListener(group.Key.Number, group.Key.Bind, [.. group])),
        ];
    }

    private GatewayListener CompileListener(int port, string bind, (Gateway Gateway, GatewayServerSpec Server)[] servers)
    {
        // Servers of one port must speak alike; the oldest decides and others are left out, as in Istio.
        var isTls = IsTls(servers[0].Server);
        var agreeing = WithoutDuplicateNames(servers.Where(entry => IsTls(entry.Server) == isTls)).ToArray();
        return new GatewayListener
        {
            Port = port,
            Bind = bind,
            Protocol = servers[0].Server.Port!.Protocol.ToUpperInvariant(),
            Servers = [.. agreeing.Select(entry => CompileServer(entry.Gateway, entry.Server))],
            Routes = CompileRoutes(port, agreeing),
            TlsRoutes =
            [
                .. CompileL4(port, agreeing, l4Routes.CompileTls),
                .. apiRoutes.CompileTls(ApiListenersOf(agreeing)),
            ],
            TcpRoutes = [.. CompileL4(port, agreeing, l4Routes.CompileTcp)],
        };
    }

    private ImmutableArray<AttachedListener> ApiListenersOf((Gateway Gateway, GatewayServerSpec Server)[] servers) =>
        [.. _apiListeners.Where(entry => Array.Exists(servers, server => ReferenceEquals(server.Server, entry.AsServer)))];

    /// <summary>A TLS server that claims a name which an older one of the port has already is left out as a whole.</summary>
    private static IEnumerable<(Gateway Gateway, GatewayServerSpec Server)> WithoutDuplicateNames(
        IEnumerable<(Gateway Gateway, GatewayServerSpec Server)> servers)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in servers)
        {
            var hosts = entry.Server.Hosts.Select(HostOf).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
            if (IsTls(entry.Server) && hosts.Any(names.Contains)) continue;
            names.UnionWith(hosts);
            yield return entry;
        }
    }

    private IEnumerable<L4Route> CompileL4(
        int port,
        (Gateway Gateway, GatewayServerSpec Server)[] servers,
        Func<VirtualService, string, int, IEnumerable<L4Route>> compile) =>
        from entry in servers
        from source in config.VirtualServices
        where IsBound(source, entry.Gateway) && Domains(source, entry.Gateway, entry.Server).Count > 0
        from route in compile(source, NameOf(entry.Gateway), port)
        select route;

    private static bool IsTls(GatewayServerSpec server) =>
        Protocols.Parse(server.Port!.Protocol) is ServiceProtocol.Https or ServiceProtocol.Tls;

    private GatewayServer CompileServer(Gateway gateway, GatewayServerSpec server) => new()
    {
        Gateway = NameOf(gateway),
        Protocol = server.Port!.Protocol.ToUpperInvariant(),
        Hosts = [.. server.Hosts.Select(host => HostOf(host).ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
        Tls = CompileTls(server.Tls) with { Credential = CredentialOf(gateway, server) },
    };

    /// <summary>Istio looks in the namespace of the proxy, the Gateway API in that of the Gateway or where the reference points.</summary>
    private TlsCredential? CredentialOf(Gateway gateway, GatewayServerSpec server)
    {
        if (server.Tls is not { CredentialName.Length: > 0 } tls) return null;
        var slash = tls.CredentialName.IndexOf('/', StringComparison.Ordinal);
        var isApi = _apiListeners.Any(entry => ReferenceEquals(entry.AsServer, server));
        var space = slash > 0 ? tls.CredentialName[..slash] : isApi ? gateway.Metadata.Namespace : scope.Namespace;
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

    private CompiledRouteTable CompileRoutes(int port, (Gateway Gateway, GatewayServerSpec Server)[] servers)
    {
        var hosts = new Dictionary<string, List<RouteRule>>(StringComparer.OrdinalIgnoreCase);
        var redirected = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var added = new HashSet<(string Domain, VirtualService Source)>();
        foreach (var (gateway, server) in servers)
        {
            var redirects = server.Tls?.HttpsRedirect == true;
            if (redirects) redirected.UnionWith(server.Hosts.Select(HostOf));
            // In age order, so that the rules of several VirtualServices for one host follow each other by age.
            foreach (var source in config.VirtualServices)
            {
                if (!IsBound(source, gateway)) continue;
                var domains = Domains(source, gateway, server);
                // A narrower host of a VirtualService is redirected like the server's.
                if (redirects) redirected.UnionWith(domains);
                else AddRoutes(hosts, added, domains, source, gateway, port);
            }
        }

        foreach (var (domain, rules) in apiRoutes.Compile(ApiListenersOf(servers), port))
        {
            if (!hosts.TryGetValue(domain, out var list)) hosts.Add(domain, list = []);
            list.AddRange(rules);
        }

        foreach (var host in redirected) hosts[host] = [HttpsRedirectRule(host)];
        return new CompiledRouteTable(
        [
            .. hosts.OrderBy(pair => pair.Key, Comparer<string>.Create(HostNames.CompareSpecific))
                .Select(pair => new VirtualHost(pair.Key, Sort(pair.Value))),
        ]);
    }

    private bool IsBound(VirtualService source, Gateway gateway)
    {
        var gatewayName = NameOf(gateway);
        return source.Spec.Gateways.Any(name => GatewayNames.Resolve(name, source.Metadata.Namespace) == gatewayName)
               && Visibility.Exports(
                   source.Spec.ExportTo, config.Settings.DefaultVirtualServiceExportTo, source.Metadata.Namespace, scope.Namespace);
    }

    /// <summary>Hosts that both the server and the VirtualService have; empty when the server does not admit it.</summary>
    private HashSet<string> Domains(VirtualService source, Gateway gateway, GatewayServerSpec server)
    {
        var domains = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var serverHost in server.Hosts)
        {
            if (!Admits(serverHost, gateway.Metadata.Namespace, source.Metadata.Namespace)) continue;
            foreach (var host in source.Spec.Hosts)
            {
                var full = HostNames.Complete(host, source.Metadata.Namespace, options.ClusterDomain);
                // The narrower of the two is what can arrive for both.
                if (HostNames.Covers(HostOf(serverHost), full)) domains.Add(full);
                else if (HostNames.Covers(full, HostOf(serverHost))) domains.Add(HostOf(serverHost));
            }
        }

        return domains;
    }

    private void AddRoutes(
        Dictionary<string, List<RouteRule>> hosts,
        HashSet<(string Domain, VirtualService Source)> added,
        HashSet<string> domains,
        VirtualService source,
        Gateway gateway,
        int port)
    {
        if (domains.Count == 0) return;
        var rules = routes.Compile(source, NameOf(gateway), port).ToArray();
        foreach (var domain in domains)
        {
            // Two servers of the port may lead to the same VirtualService.
            if (!added.Add((domain.ToLowerInvariant(), source))) continue;
            if (!hosts.TryGetValue(domain, out var list)) hosts.Add(domain, list = []);
            list.AddRange(rules);
        }
    }

    /// <summary>Catch-all rules go last, otherwise those of one VirtualService would hide another's.</summary>
    private static ImmutableArray<RouteRule> Sort(List<RouteRule> rules) =>
        [.. rules.Where(rule => !rule.IsCatchAll), .. rules.Where(rule => rule.IsCatchAll)];

    private static RouteRule HttpsRedirectRule(string host) => new(
        new HttpRoute
        {
            Name = "https-redirect",
            Origin = $"httpsRedirect {host}",
            Action = new RouteAction.Redirect(301, "https", null, null, null),
        },
        []);

    private static string NameOf(Gateway gateway) => $"{gateway.Metadata.Namespace}/{gateway.Metadata.Name}";

    private static string HostOf(string serverHost) => serverHost[(serverHost.IndexOf('/', StringComparison.Ordinal) + 1)..];

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
