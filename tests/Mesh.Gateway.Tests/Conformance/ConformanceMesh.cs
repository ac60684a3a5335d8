using System.Net;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;
using Mesh.Hosting.AccessLogs;

namespace Mesh.Gateway.Tests.Conformance;

/// <summary>
/// A gateway in front of three applications, which are the services a.test, b.test and c.test, and together all.test. Each case
/// brings its own routes for a host of its own, while the gateway runs.
/// </summary>
public sealed class ConformanceMesh : IAsyncLifetime
{
    private readonly TestGateway gateway = new(new TestPki());
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    public EchoBackend A { get; private set; } = null!;

    public EchoBackend B { get; private set; } = null!;

    public EchoBackend C { get; private set; } = null!;

    public string Address => $"http://127.0.0.1:{gateway.HttpPort}";

    private string ApiAddress => $"http://127.0.0.1:{gateway.ApiPort}";

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
    public async Task ApplyAsync(string host, string yaml)
    {
        gateway.WriteConfig(host + ".yaml", yaml);
        await Poll.UntilAsync(
            () => AskAsync(host, "/is-it-there").GetAwaiter().GetResult().Status != HttpStatusCode.NotFound, $"a route for {host}");
    }

    /// <summary>An HTTPRoute with these rules; hosts that end with <c>.api</c> are asked at the Gateway API's port.</summary>
    public Task ApplyHttpRouteAsync(string host, string rules) => ApplyAsync(host, $"""
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
        {Indented(rules)}
        """);

    /// <summary>A VirtualService with one rule for everything, to a.test unless the rule says otherwise.</summary>
    public Task ApplyRuleAsync(string host, string rule) => ApplyAsync(host, $"""
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
        {Indented(rule)}
        """);

    public async Task<Answer> AskAsync(
        string host, string path, HttpMethod? method = null, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(
            method ?? HttpMethod.Get, (host.EndsWith(".api", StringComparison.Ordinal) ? ApiAddress : Address) + path);
        request.Headers.Host = host;
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
