using System.Net;
using System.Text.RegularExpressions;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;
using Mesh.Hosting.AccessLogs;

namespace Mesh.Gateway.Tests.Conformance;

/// <summary>
/// A gateway in front of three applications, which are the services a.test, b.test and c.test, and together all.test. Each case
/// brings its own routes for a host of its own, while the gateway runs.
/// </summary>
public sealed partial class ConformanceMesh : IAsyncLifetime
{
    private readonly TestGateway gateway = new(new TestPki());
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    public EchoBackend A { get; private set; } = null!;

    public EchoBackend B { get; private set; } = null!;

    public EchoBackend C { get; private set; } = null!;

    public string Address => $"http://127.0.0.1:{gateway.HttpPort}";

    /// <summary>Where HTTPRoutes are served.</summary>
    public string ApiAddress => $"http://127.0.0.1:{gateway.ApiPort}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        A = await EchoBackend.StartAsync("a");
        B = await EchoBackend.StartAsync("b");
        C = await EchoBackend.StartAsync("c");
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        gateway.WriteConfig("api-gateway.yaml", ApiGateway());
        gateway.WriteConfig("services.yaml", string.Join("\n---\n",
            Service("a", A.Port), Service("b", B.Port), Service("c", C.Port), Service("all", A.Port, B.Port, C.Port)));
        await gateway.StartAsync();
        await gateway.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        http.Dispose();
        await A.DisposeAsync();
        await B.DisposeAsync();
        await C.DisposeAsync();
    }

    /// <summary>Writes routes and waits until the gateway has a route for <paramref name="host"/>.</summary>
    /// <param name="probe">A path that the routes answer.</param>
    public async Task ApplyAsync(string host, string yaml, string probe = "/is-it-there")
    {
        gateway.WriteConfig(host + ".yaml", yaml);
        await Poll.UntilAsync(
            () => AskAsync(host, probe).GetAwaiter().GetResult().Status != HttpStatusCode.NotFound, $"a route for {host}");
    }

    /// <summary>Rules for a host of their own, in one of the APIs; rules of both do the same.</summary>
    /// <returns>The host to ask for.</returns>
    public async Task<string> ApplyAsync(RouteApi api, string name, string virtualService, string httpRoute, string probe = "/is-it-there")
    {
        if (api == RouteApi.VirtualService)
        {
            await ApplyAsync($"{name}.example", VirtualService($"{name}.example", virtualService), probe);
            return $"{name}.example";
        }

        await ApplyAsync($"{name}.api", HttpRoute($"{name}.api", httpRoute), probe);
        return $"{name}.api";
    }

    [GeneratedRegex(@"\{backend: (?<name>[-\w]+)(, weight: (?<weight>\d+))? ?\}", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex ShortBackend();

    /// <summary><c>{backend: a, weight: 2}</c>, as the cases have it for short, is the service a.test.</summary>
    private static string WithBackends(string rules) => ShortBackend().Replace(
        rules,
        match => $"{{group: networking.istio.io, kind: Hostname, name: {match.Groups["name"].Value}.test, port: 80, weight: {(match.Groups["weight"].Success ? match.Groups["weight"].Value : "1")}}}");

    /// <summary>A service of these applications under a name of its own, with a DestinationRule.</summary>
    public static string ServiceWithPolicy(string name, string trafficPolicy, params int[] ports) => $"""
        {Service(name, ports)}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata:
          name: {name}
          namespace: istio-system
        spec:
          host: {name}.test
          trafficPolicy:
        {Indented(Indented(trafficPolicy))}
        """;

    /// <summary>An HTTPRoute with these rules; hosts that end with <c>.api</c> are asked at the Gateway API's port.</summary>
    public Task ApplyHttpRouteAsync(string host, string rules) => ApplyAsync(host, HttpRoute(host, rules));

    /// <summary>A VirtualService with one rule for everything, to a.test unless the rule says otherwise.</summary>
    public Task ApplyRuleAsync(string host, string rule) => ApplyAsync(host, VirtualService(host, rule));

    public static string HttpRoute(string host, string rules) => $"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata:
          name: {host.Replace('.', '-')}
          namespace: prod
        spec:
          hostnames:
          - {host}
          parentRefs:
          - name: api
            namespace: istio-system
          rules:
        {Indented(WithBackends(rules))}
        """;

    public static string VirtualService(string host, string rules) => $"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: {host.Replace('.', '-')}
          namespace: prod
        spec:
          hosts:
          - {host}
          gateways:
          - istio-system/edge
          http:
        {Indented(rules)}
        """;

    public Task<Answer> AskAsync(
        string host, string path, HttpMethod? method = null, string? body = null, params (string Name, string Value)[] headers) =>
        AskAsync(host, AddressOf(host), path, method ?? HttpMethod.Get, body, headers);

    /// <summary>As a browser does: the authority has the port of the address.</summary>
    public Task<Answer> AskWithPortAsync(string host, string path) =>
        AskAsync($"{host}:{new Uri(AddressOf(host)).Port}", AddressOf(host), path, HttpMethod.Get, null, []);

    private string AddressOf(string host) => host.EndsWith(".api", StringComparison.Ordinal) ? ApiAddress : Address;

    private async Task<Answer> AskAsync(
        string authority, string address, string path, HttpMethod method, string? body, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, address + path);
        request.Headers.Host = authority;
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null) request.Content = new StringContent(body);
        using var response = await http.SendAsync(request, Stop);
        var all = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(",", header.Value), StringComparer.Ordinal);
        return new Answer(response.StatusCode, all, await response.Content.ReadAsStringAsync(Stop));
    }

    public Task<AccessLogEntry> LineAsync(Func<AccessLogEntry, bool> matches) =>
        Poll.ForAsync(() => gateway.AccessLog.FirstOrDefault(matches), "an access log line");

    /// <summary>The same proxies behind a Gateway of the Gateway API, on a port of its own.</summary>
    private string ApiGateway() => $"""
        apiVersion: v1
        kind: Service
        metadata:
          name: gateway
          namespace: istio-system
        spec:
          selector:
            istio: ingressgateway
          ports:
          - name: http
            port: {gateway.ApiPort}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata:
          name: api
          namespace: istio-system
        spec:
          gatewayClassName: istio
          addresses:
          - type: Hostname
            value: gateway
          listeners:
          - name: http
            port: {gateway.ApiPort}
            protocol: HTTP
            allowedRoutes:
              namespaces:
                from: All
        """;

    private static string Indented(string text) => "  " + text.ReplaceLineEndings("\n").Replace("\n", "\n  ", StringComparison.Ordinal);

    private static string Service(string name, params int[] ports) => $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata:
          name: {{name}}
          namespace: prod
        spec:
          hosts: [{{name}}.test]
          location: MESH_EXTERNAL
          resolution: STATIC
          ports: [{number: 80, name: http, protocol: HTTP}]
          endpoints:
        {{string.Join("\n", ports.Select(port => $"  - {{address: 127.0.0.1, ports: {{http: {port}}}}}"))}}
        """;

    /// <param name="Headers">Names in lower case; several values joined by commas.</param>
    public sealed record Answer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        /// <summary>Name of the application that answered.</summary>
        public string? Server => Headers.GetValueOrDefault("x-server");
    }
}
