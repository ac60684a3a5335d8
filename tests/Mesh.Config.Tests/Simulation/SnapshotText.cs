using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Model;
using Mesh.Config.Routing;

namespace Mesh.Config.Tests.Simulation;

/// <summary>All that a snapshot answers to a number of proxies, one line for each question.</summary>
internal static class SnapshotText
{
    private static readonly ImmutableArray<string> _exposed = ["*.local"];

    private static readonly ImmutableArray<string> _authorities =
        ["shop.example.com", "SHOP.example.com:8080", "api.example.com", "a.prod.svc.cluster.local:80", "b.prod.svc.cluster.local", "nowhere"];

    public static List<string> Of(MeshSnapshot snapshot, IEnumerable<ProxyScope> scopes)
    {
        var lines = new List<string>();
        foreach (var scope in scopes) lines.AddRange(Of(snapshot.ViewFrom(scope)));
        lines.AddRange(snapshot.Diagnostics.Select(diagnostic => diagnostic.ToString()));
        return lines;
    }

    public static List<string> Of(MeshView view)
    {
        var who = $"{view.Scope.Type} {view.Scope.Cluster}/{view.Scope.Network}/{view.Scope.Namespace}";
        var lines = new List<string>();
        var upstreams = view.Upstreams.ToArray();
        foreach (var upstream in upstreams) lines.Add($"{who} {upstream.Key}: {DeepText.Of(upstream)}");
        lines.Add($"{who} listeners: {DeepText.Of(view.Listeners)}");
        foreach (var listener in view.Listeners) lines.AddRange(RequestsTo(listener).Select(line => $"{who} {line}"));
        lines.Add($"{who} policy: {DeepText.Of(view.Policy)}");
        foreach (var port in new[] { 80, 8080, 9000 })
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{who} inbound {port}: {view.InboundMtls(port)}"));
        foreach (var host in SimulatedObjects.Hosts)
        {
            lines.Add($"{who} {host} is {view.ResolveHost(host)}");
            foreach (var port in SimulatedObjects.ServicePorts)
            {
                var key = new UpstreamKey(host, port, "v1");
                lines.Add($"{who} routes {host}:{port}: {DeepText.Of(view.OutboundRoutes(host, port))}");
                lines.Add($"{who} connections {host}:{port}: {DeepText.Of(view.OutboundConnectionRoutes(host, port))}");
                lines.Add($"{who} {key}: {DeepText.Of(view.FindUpstream(key))}");
                lines.Add($"{who} port {host}:{port}: {DeepText.Of(view.FindServicePort(host, port))}");
                foreach (var subset in new[] { "", "v1" })
                {
                    var sni = new UpstreamKey(host, port, subset).Sni;
                    var found = view.TryResolvePassthrough(sni, _exposed, out var through, out var refusal);
                    lines.Add($"{who} {sni}: {found} {refusal} {DeepText.Of(through)}");
                }
            }
        }

        return lines;
    }

    /// <summary>What a listener answers, beside what it says of itself.</summary>
    private static IEnumerable<string> RequestsTo(GatewayListener listener)
    {
        foreach (var authority in _authorities)
            foreach (var path in new[] { "/", "/a", "/of-b/x" })
            {
                var found = listener.Routes.Match(new RouteRequest("GET", "http", authority, path, "", listener.Port, static _ => null));
                yield return string.Create(CultureInfo.InvariantCulture, $"{listener.Port} {authority}{path}: {found?.MatchedPrefix} {DeepText.Of(found?.Route)}");
            }
    }
}
