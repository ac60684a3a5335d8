using System.Globalization;
using Mesh.Config.Model;
using Mesh.Config.Resources;
using Mesh.Config.Routing;
using Mesh.Config.Sources;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Routing;

/// <summary>
/// Gateways and VirtualServices change at random in one model: the routes of each host are those that one finds who goes through all
/// servers and all VirtualServices, as Istio's documentation reads.
/// </summary>
public sealed class GatewayHostPropertyTests
{
    private const int Steps = 120;
    private const int Sources = 6;

    private static readonly string[] _spaces = ["prod", "shop"];
    private static readonly string[] _serverHosts =
        ["*", "*.example.com", "shop.example.com", "prod/*", "./*.example.com", "shop/Shop.example.com", "*/api.eu.example.com", "*.eu.example.com"];
    private static readonly string[] _hosts =
        ["*", "*.example.com", "*.com", "*.eu.example.com", "shop.example.com", "SHOP.example.com", "api.eu.example.com", "web"];
    private static readonly string[] _authorities =
        ["shop.example.com", "Shop.example.com:8080", "api.eu.example.com", "x.eu.example.com", "x.example.com", "example.com", "web.prod.svc.cluster.local", "[::1]:80"];
    private static readonly ProxyScope _scope = new()
    {
        Type = ProxyType.Router,
        Cluster = "c",
        Namespace = "istio-system",
        Labels = TestMesh.Labels(("istio", "edge")),
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_routes_of_a_host_are_those_that_a_naive_reading_finds(int seed)
    {
        var random = new Random(seed);
        var time = new FakeTime();
        var source = new Source();
        var model = new MeshModel([source], null, time);
        var servers = new Dictionary<string, Server>();
        var routes = new Dictionary<string, Routes>();
        var (found, redirected, refused) = (0, 0, 0);
        for (var step = 0; step < Steps; step++)
        {
            if (random.Next(4) == 0) Change(random, source, servers, $"g{random.Next(3)}", name => new Server(name, random));
            else Change(random, source, routes, $"v{random.Next(Sources)}", name => new Routes(name, random));
            source.ApplyTo(model);
            time.Advance(TimeSpan.FromSeconds(1));
            var listener = model.Current.ViewFrom(_scope).Listeners.SingleOrDefault();
            foreach (var authority in _authorities)
            {
                var expected = Naive(authority, [.. servers.Values], [.. routes.Values]);
                for (var i = 0; i < Sources; i++)
                {
                    var name = $"v{i}";
                    var request = new RouteRequest("GET", "http", authority, "/" + name, "", 8080, static _ => null);
                    var answer = listener?.Routes.Match(request)?.Route;
                    var wanted = expected is null ? "https-redirect" : expected.Contains(name) ? name : "none";
                    if (wanted != (answer?.Name ?? "none"))
                        Assert.Fail($"step {step}, {authority}/{name}: {answer?.Name ?? "none"} instead of {wanted}, of\n{string.Join('\n', source.Objects.Values)}");
                    if (wanted == name) found++;
                    else if (expected is null) redirected++;
                    else refused++;
                }
            }
        }

        Assert.True(found > 100 && redirected > 100 && refused > 100, $"{found} found, {redirected} redirected, {refused} refused");
    }

    /// <summary>Names of the VirtualServices with rules for an authority; null when it is redirected.</summary>
    private static HashSet<string>? Naive(string authority, Server[] servers, Routes[] routes)
    {
        var name = authority[..(authority.LastIndexOf(':') is > 0 and var colon && !authority.EndsWith(']') ? colon : authority.Length)].ToLowerInvariant();
        var hosts = new Dictionary<string, HashSet<string>>();
        var redirected = new HashSet<string>();
        foreach (var server in servers)
        {
            var (space, serverHost) = server.Host.Split('/') is [var one, var two] ? (one, two.ToLowerInvariant()) : ("*", server.Host.ToLowerInvariant());
            if (server.Redirects) redirected.Add(serverHost);
            foreach (var source in routes.Where(source => source.Gateways.Contains(server.Name)))
            {
                // Gateways are in istio-system, where no VirtualService is.
                if (space != "*" && space != source.Space) continue;
                foreach (var host in source.Hosts.Select(host => host == "web" ? $"web.{source.Space}.svc.cluster.local" : host.ToLowerInvariant()))
                {
                    var domain = Covers(serverHost, host) ? host : Covers(host, serverHost) ? serverHost : null;
                    if (domain is null) continue;
                    if (server.Redirects) redirected.Add(domain);
                    else if (hosts.TryGetValue(domain, out var names)) names.Add(source.Name);
                    else hosts.Add(domain, [source.Name]);
                }
            }
        }

        var best = hosts.Keys.Concat(redirected).Where(domain => Covers(domain, name))
            .OrderBy(domain => domain.StartsWith('*') ? 1 : 0).ThenByDescending(domain => domain.Length).FirstOrDefault();
        return best is null ? [] : redirected.Contains(best) ? null : hosts[best];
    }

    /// <summary>Everything that the second can be, the first can.</summary>
    private static bool Covers(string pattern, string host) =>
        pattern == host || pattern == "*" || pattern.StartsWith('*') && host.EndsWith(pattern[1..], StringComparison.Ordinal);

    private static void Change<T>(Random random, Source source, Dictionary<string, T> all, string name, Func<string, T> draw) where T : notnull
    {
        if (random.Next(5) == 0)
        {
            all.Remove(name);
            source.Objects.Remove(name);
            return;
        }

        all[name] = draw(name);
        source.Objects[name] = all[name].ToString()!;
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];

    private sealed class Server(string name, Random random)
    {
        public string Name { get; } = name;

        public string Host { get; } = Pick(random, _serverHosts);

        public bool Redirects { get; } = random.Next(4) == 0;

        public override string ToString() =>
            $"{{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {{name: {Name}, namespace: istio-system}}, spec: {{selector: {{istio: edge}}, servers: [{{port: {{number: 8080, name: http, protocol: HTTP}}, hosts: ['{Host}']{(Redirects ? ", tls: {httpsRedirect: true}" : "")}}}]}}}}";
    }

    private sealed class Routes(string name, Random random)
    {
        public string Name { get; } = name;

        public string Space { get; } = Pick(random, _spaces);

        public string[] Hosts { get; } = Apart(Pick(random, _hosts), Pick(random, _hosts));

        public string[] Gateways { get; } = [.. new[] { "g0", "g1", "g2" }.Where(_ => random.Next(3) > 0)];

        private int Age { get; } = random.Next(1, 28);

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {{name: {Name}, namespace: {Space}, creationTimestamp: '2026-01-{Age:00}T00:00:00Z'}}, spec: {{hosts: [{string.Join(", ", Hosts.Select(host => $"'{host}'"))}], gateways: [{string.Join(", ", Gateways.Append("none").Select(gateway => "istio-system/" + gateway))}], http: [{{name: {Name}, match: [{{uri: {{prefix: /{Name}}}}}], route: [{{destination: {{host: web.prod.svc.cluster.local}}}}]}}]}}}}");
    }

    /// <summary>Hosts of one VirtualService may not overlap.</summary>
    private static string[] Apart(string one, string two)
    {
        var (left, right) = (one.ToLowerInvariant(), two.ToLowerInvariant());
        return Covers(left, right) || Covers(right, left) ? [one] : [one, two];
    }

    /// <summary>Says what has changed since it was last asked.</summary>
    private sealed class Source : IMeshSource
    {
        private Dictionary<ObjectKey, MeshObject> _told = [];

        public Dictionary<string, string> Objects { get; } = [];

        public string Name => "test";

        public string Cluster => "c";

        public void ApplyTo(MeshModel model)
        {
            var now = Objects.Values.SelectMany(text => TestMesh.Read(text)).ToDictionary(ObjectKey.Of);
            model.Apply(this, new MeshChanges
            {
                Upserts = [.. now.Values],
                Deletes = [.. _told.Keys.Where(key => !now.ContainsKey(key))],
                Synced = true,
            });
            _told = now;
        }

        public Task RunAsync(IMeshSink sink, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
