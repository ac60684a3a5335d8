using System.Text.Json;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Protocols;

/// <summary>
/// gRPC as others make it, on both sides of the gateway: grpcio's C core, grpc-js, grpc-dotnet, and nginx and HAProxy that stand between.
/// Each client makes calls of every kind to each server.
/// </summary>
public sealed class ForeignPeerTests(GrpcMesh mesh) : IClassFixture<GrpcMesh>
{
    private const string Python = "/usr/bin/python3";

    [Theory(Timeout = 300_000)]
    [InlineData("python", "dotnet")]
    [InlineData("python", "javascript")]
    [InlineData("javascript", "dotnet")]
    [InlineData("javascript", "python")]
    [InlineData("python", "nginx")]
    [InlineData("javascript", "haproxy")]
    public async Task Calls_of_every_kind_pass(string client, string server)
    {
        await using var process = await StartAsync(server);
        await using var proxy = await StartProxyAsync(server);
        if ((process?.Port ?? proxy?.Port) is { } port) await mesh.AddAsync(server, "GRPC", port);
        // The application of this process is asked over TLS, the others in plain text.
        var isTls = server == "dotnet";
        var host = isTls ? "localhost" : server + ".example";
        string[] address = isTls
            ? [$"localhost:{mesh.Gateway.HttpsPort}", host, RootFile()]
            : [$"127.0.0.1:{mesh.Gateway.HttpPort}", host];
        using var document = JsonDocument.Parse(await CallAsync(client, address));
        var seen = document.RootElement;
        Assert.Equal("""["hello","end","b",true]""", Text("unary"));
        Assert.Equal("5", Text("download"));
        Assert.Equal("\"40\"", Text("upload"));
        Assert.Equal($"{6 << 20}", Text("large"));
        Assert.Equal("true", Text("gzip"));
        Assert.Equal("""["yes","0","1","2",0,"end"]""", Text("chat"));
        Assert.Equal("""["FAILED_PRECONDITION","asked to fail"]""", Text("failure"));
        Assert.Equal("\"DEADLINE_EXCEEDED\"", Text("deadline"));
        Assert.Equal("\"CANCELLED\"", Text("cancelled"));
        Assert.Equal("\"UNIMPLEMENTED\"", Text("unknown"));

        // What was called off ended at the server too; what ran out of time may not even have begun there.
        if (process is null) Assert.True(await mesh.Backend.Cancelled.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        else Assert.Equal("cancelled", await process.NextLineAsync());

        string Text(string name) => JsonSerializer.Serialize(seen.GetProperty(name));
    }

    private static string Descriptor => EchoReflection.Descriptor.SerializedData.ToBase64();

    private static async Task<ForeignServer?> StartAsync(string server) => server switch
    {
        "python" => await ForeignServer.StartAsync(Python, await PythonPeerAsync(), "serve", Descriptor),
        "javascript" => await ForeignServer.StartAsync("node", ForeignProgram.Peer("echo_peer.mjs"), "serve", GrpcMesh.ProtoFile),
        _ => null,
    };

    /// <summary>In front of the application of this process.</summary>
    private async Task<ForeignDaemon?> StartProxyAsync(string server) => server switch
    {
        "nginx" => await Nginx.StartAsync(
            "http2", $"client_max_body_size 0; grpc_buffer_size 64k; location / {{ grpc_pass grpc://127.0.0.1:{mesh.Backend.Port}; }}"),
        "haproxy" => await HaProxy.StartHttp2Async(mesh.Backend.Port),
        _ => null,
    };

    private static async Task<string> CallAsync(string client, string[] address) => client == "python"
        ? await ForeignProgram.OutputAsync(Python, [await PythonPeerAsync(), "call", Descriptor, .. address])
        : await ForeignProgram.OutputAsync("node", [ForeignProgram.Peer("echo_peer.mjs"), "call", GrpcMesh.ProtoFile, .. address]);

    private static async Task<string> PythonPeerAsync()
    {
        Assert.SkipUnless(
            File.Exists(Python) && (await ForeignProgram.RunAsync(Python, "-c", "import grpc, google.protobuf")).ExitCode == 0,
            "python3-grpcio is not installed (apt-get install python3-grpcio python3-protobuf)");
        return Path.Combine(ForeignProgram.Root, "tests", "peers", "echo_peer.py");
    }

    private string RootFile()
    {
        var file = Path.Combine(mesh.Gateway.Certificates, "root.crt");
        File.WriteAllText(file, mesh.Gateway.Pki.RootPem);
        return file;
    }
}
