using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>Makes the listeners of a gateway proxy of the Gateways whose selector matches it.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/gateway.go; traffic-resources.md §Q.</remarks>
internal sealed class GatewayCompiler(
    TrafficConfig config, ProxyScope scope, MeshModelOptions options, RouteCompiler routes)
{
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
            .. servers.GroupBy(entry => (entry.Server.Port!.Number, entry.Server.Bind))
                .OrderBy(group => group.Key.Number)
                .ThenBy(group => group.Key.Bind, StringComparer.Ordinal)
                .Select(group => CompileListener(group.Key.Number, group.Key.Bind, [.. group])),
        ];
    }

    private GatewayListener CompileListener(int port, string bind, (Gateway Gateway, GatewayServerSpec Server)[] servers)
    {
        // Servers of one port must speak alike; the oldest decides and others are left out, as in Istio.
        var isTls = IsTls(servers[0].Server);
        var agreeing = servers.Where(entry => IsTls(entry.Server) == isTls).ToArray();
        return new GatewayListener
        {
            Port = port,
            Bind = bind,
            Protocol = servers[0].Server.Port!.Protocol.ToUpperInvariant(),
            Servers = [.. agreeing.Select(entry => CompileServer(entry.Gateway, entry.Server))],
            Routes = CompileRoutes(port, agreeing),
        };
    }

    private static bool IsTls(GatewayServerSpec server) =>
        Protocols.Parse(server.Port!.Protocol) is ServiceProtocol.Https or ServiceProtocol.Tls;

    private static GatewayServer CompileServer(Gateway gateway, GatewayServerSpec server) => new()
    {
        Gateway = NameOf(gateway),
        Hosts = [.. server.Hosts.Select(host => HostOf(host).ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
        Tls = CompileTls(server.Tls),
    };

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
            CredentialName = tls.CredentialName,
            SubjectAltNames = tls.SubjectAltNames,
            HttpsRedirect = tls.HttpsRedirect,
        };

    private CompiledRouteTable CompileRoutes(int port, (Gateway Gateway, GatewayServerSpec Server)[] servers)
    {
        var hosts = new Dictionary<string, List<RouteRule>>(StringComparer.OrdinalIgnoreCase);
        var redirected = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var added = new HashSet<(string Domain, VirtualService Source)>();
        foreach (var (gateway, server) in servers)
        {
            if (server.Tls?.HttpsRedirect == true)
                foreach (var host in server.Hosts)
                    redirected.Add(HostOf(host));
            // In age order, so that the rules of several VirtualServices for one host follow each other by age.
            foreach (var source in config.VirtualServices)
                AddRoutes(hosts, added, source, gateway, server, port);
        }

        foreach (var host in redirected) hosts[host] = [HttpsRedirectRule(host)];
        return new CompiledRouteTable(
        [
            .. hosts.OrderBy(pair => pair.Key, Comparer<string>.Create(HostNames.CompareSpecific))
                .Select(pair => new VirtualHost(pair.Key, Sort(pair.Value))),
        ]);
    }

    private void AddRoutes(
        Dictionary<string, List<RouteRule>> hosts,
        HashSet<(string Domain, VirtualService Source)> added,
        VirtualService source,
        Gateway gateway,
        GatewayServerSpec server,
        int port)
    {
        var gatewayName = NameOf(gateway);
        if (!source.Spec.Gateways.Any(name => GatewayNames.Resolve(name, source.Metadata.Namespace) == gatewayName)) return;
        if (!Visibility.Exports(source.Spec.ExportTo, source.Metadata.Namespace, scope.Namespace)) return;
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

        if (domains.Count == 0) return;
        var rules = routes.Compile(source, gatewayName, port).ToArray();
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
