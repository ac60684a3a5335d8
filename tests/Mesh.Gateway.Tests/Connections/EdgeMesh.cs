using System.Net;
using System.Net.Sockets;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;
using Mesh.Hosting.AccessLogs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>
/// A gateway whose edge has an HTTP, an HTTPS and a TCP port in front of one web application and one server of bytes, which sends back
/// what it gets.
/// </summary>
public sealed class EdgeMesh : IAsyncDisposable
{
    private TcpServer bytes = null!;

    public EdgeMesh() => Gateway = new TestGateway(Pki);

    public TestPki Pki { get; } = new();

    public TestGateway Gateway { get; }

    public EchoBackend Web { get; private set; } = null!;

    public int TcpPort { get; } = FreePort.Next();

    public static Task<EdgeMesh> StartAsync(params string[] settings) => StartWithAsync("", settings);

    /// <param name="more">Further resources.</param>
    public static async Task<EdgeMesh> StartWithAsync(string more, params string[] settings)
    {
        var mesh = new EdgeMesh();
        mesh.Web = await EchoBackend.StartAsync("web");
        mesh.bytes = TcpServer.Start(new IPEndPoint(IPAddress.Loopback, 0), EchoAsync, 1000, NullLogger.Instance);
        mesh.Gateway.WriteConfig("gateways.yaml", mesh.Gateways());
        mesh.Gateway.WriteConfig("routes.yaml", Routes);
        mesh.Gateway.WriteConfig("services.yaml", Service("web", "HTTP", mesh.Web.Port) + "\n---\n" + Service("bytes", "TCP", mesh.bytes.EndPoint.Port));
        if (more.Length > 0) mesh.Gateway.WriteConfig("more.yaml", more);
        await mesh.Gateway.StartAsync(settings);
        await mesh.Gateway.ReadyAsync();
        return mesh;
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        if (bytes is not null) await bytes.DisposeAsync();
        if (Web is not null) await Web.DisposeAsync();
    }

    public Task<AccessLogEntry> LineAsync(Func<AccessLogEntry, bool> matches) =>
        Poll.ForAsync(() => Gateway.AccessLog.FirstOrDefault(matches), "an access log line");

    /// <summary>The Gateway resource, with another server for its list where one is given.</summary>
    public string Gateways(string more = "") => $$"""
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: istio-system}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - port: {number: {{Gateway.HttpPort}}, name: http, protocol: HTTP}
            hosts: ["*"]
          - port: {number: {{Gateway.HttpsPort}}, name: https, protocol: HTTPS}
            hosts: ["*"]
            tls: {mode: SIMPLE, serverCertificate: {{Gateway.Certificates}}/tls.crt, privateKey: {{Gateway.Certificates}}/tls.key}
          - port: {number: {{TcpPort}}, name: tcp, protocol: TCP}
            hosts: ["*"]
        {{more}}
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: cross-network, namespace: istio-system}
        spec:
          selector: {istio: eastwestgateway}
          servers:
          - port: {number: {{Gateway.PassthroughPort}}, name: tls, protocol: TLS}
            hosts: ["*.local"]
            tls: {mode: AUTO_PASSTHROUGH}
        """;

    public static string Service(string name, string protocol, int port) => $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: {{name}}, namespace: prod}
        spec:
          hosts: [{{name}}.test]
          location: MESH_EXTERNAL
          resolution: STATIC
          ports: [{number: 80, name: main, protocol: {{protocol}}}]
          endpoints:
          - address: 127.0.0.1
            ports: {main: {{port}} }
        """;

    private const string Routes = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: all, namespace: prod}
        spec:
          hosts: ["*"]
          gateways: [istio-system/edge]
          http:
          - route:
            - destination: {host: web.test}
          tcp:
          - route:
            - destination: {host: bytes.test}
        """;

    private static async Task EchoAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket);
        await stream.CopyToAsync(stream, cancellationToken);
        socket.Shutdown(SocketShutdown.Send);
    }
}
