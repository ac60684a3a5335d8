using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;
using Mesh.Hosting.AccessLogs;

namespace Mesh.Gateway.Tests.Protocols;

/// <summary>A gateway in front of one gRPC application, which every host leads to, and of what else a test names.</summary>
public sealed class GrpcMesh : IAsyncLifetime
{
    private int names;

    public TestGateway Gateway { get; } = new(new TestPki());

    public EchoBackend Backend { get; private set; } = null!;

    public string Address => $"http://127.0.0.1:{Gateway.HttpPort}";

    public string TlsAddress => $"https://localhost:{Gateway.HttpsPort}";

    /// <summary>The service that clients of other languages are told about.</summary>
    public static string ProtoFile => Path.Combine(ForeignProgram.Root, "tests", "Mesh.DataPlane.Tests", "Protos", "echo.proto");

    public async ValueTask InitializeAsync()
    {
        Backend = await EchoBackend.StartAsync("dotnet");
        Gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(Gateway));
        Gateway.WriteConfig("echo.yaml", Service("echo", "GRPC", Backend.Port) + "\n---\n" + Routes("echo", "*", """
            corsPolicy:
              allowOrigins:
              - regex: http://127\.0\.0\.1:[0-9]+
              allowMethods: [POST]
              allowHeaders: [content-type, x-grpc-web, x-user-agent, grpc-timeout, echo-a]
              exposeHeaders: [grpc-status, grpc-message]
            """));
        await Gateway.StartAsync();
        await Gateway.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Backend.DisposeAsync();
    }

    /// <summary>A name for <see cref="AddAsync"/> that nobody has had: what is known of an earlier server does not count for it.</summary>
    public string NewName(string prefix) => $"{prefix}-{Interlocked.Increment(ref names)}";

    /// <summary>Makes <c>NAME.example</c> lead to a server on <paramref name="port"/>.</summary>
    /// <param name="protocol">Of the service's port, as Istio names it.</param>
    /// <param name="rule">More of the route, such as a timeout.</param>
    public async Task AddAsync(string name, string protocol, int port, string rule = "")
    {
        Gateway.WriteConfig(name + ".yaml", Service(name, protocol, port) + "\n---\n" + Routes(name, name + ".example", rule));
        using var client = new HttpClient();
        // Whoever answers: a line of the log says by which route.
        await Poll.UntilAsync(() => AskAsync().GetAwaiter().GetResult(), $"the route to {name}");

        async Task<bool> AskAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Address + "/is-it-there");
            request.Headers.Host = name + ".example";
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return response.Headers.Contains("x-route-" + name);
        }
    }

    public Task<AccessLogEntry> LineAsync(Func<AccessLogEntry, bool> matches) =>
        Poll.ForAsync(() => Gateway.AccessLog.FirstOrDefault(matches), "an access log line");

    private static string Service(string name, string protocol, int port) => $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata:
          name: {{name}}
          namespace: prod
        spec:
          hosts: [{{name}}.test]
          location: MESH_EXTERNAL
          resolution: STATIC
          ports: [{number: 80, name: main, protocol: {{protocol}}}]
          endpoints:
          - {address: 127.0.0.1, ports: {main: {{port}} } }
        """;

    private static string Routes(string name, string host, string rule) => $"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: {name}
          namespace: prod
        spec:
          hosts:
          - "{host}"
          gateways:
          - istio-system/edge
          http:
          - match:
            - uri:
                exact: /is-it-there
            directResponse:
              status: 204
            headers:
              response:
                set:
                  x-route-{name}: "yes"
          - match:
            - uri:
                prefix: /{(host == "*" ? "mesh.tests.Echo/" : "")}
            route:
            - destination:
                host: {name}.test
        {Indented(rule)}
        """;

    private static string Indented(string text) =>
        text.Length == 0 ? "" : "    " + text.ReplaceLineEndings("\n").Replace("\n", "\n    ", StringComparison.Ordinal);
}
