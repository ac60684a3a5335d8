using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Protocols;

/// <summary>Programs that operators have at hand, as callers: h2load and curl.</summary>
public sealed class ForeignCallerTests(GrpcMesh mesh) : IClassFixture<GrpcMesh>
{
    private const int Calls = 3000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory(Timeout = 300_000)]
    [InlineData("http", "h2c")]
    [InlineData("https", "h2")]
    [InlineData("http", "http/1.1")]
    [InlineData("https", "http/1.1")]
    public async Task H2load_has_every_call_answered_while_the_configuration_changes(string scheme, string protocol)
    {
        var h2load = ForeignProgram.Needs("h2load", "nghttp2-client");
        await using var backend = await EchoBackend.StartAsync("loaded");
        var name = $"loaded-{scheme}-{protocol[^1]}";
        await mesh.AddAsync(name, "HTTP", backend.Port);
        var address = scheme == "http" ? mesh.Address : mesh.TlsAddress;
        string[] how = protocol == "http/1.1" ? ["--h1"] : ["-m", "20"];
        var load = ForeignProgram.OutputAsync(
            h2load, [.. how, "-n", $"{Calls}", "-c", "6", "-H", $":authority: {name}.example", $"{address}/x"]);
        for (var change = 0; !load.IsCompleted; change++) await mesh.AddAsync($"{name}-{change % 20}", "HTTP", backend.Port);
        var told = await load;
        Assert.Contains($"{Calls} succeeded, 0 failed, 0 errored, 0 timeout", told, StringComparison.Ordinal);
        Assert.Contains($"status codes: {Calls} 2xx, 0 3xx, 0 4xx, 0 5xx", told, StringComparison.Ordinal);
        Assert.Contains($"Application protocol: {protocol}", told, StringComparison.Ordinal);
    }

    [Theory(Timeout = 240_000)]
    [InlineData("http", "--http1.1", "1.1")]
    [InlineData("http", "--http2-prior-knowledge", "2")]
    // Asks for an upgrade to h2c, and is answered as it asked.
    [InlineData("http", "--http2", "1.1")]
    [InlineData("https", "--http1.1", "1.1")]
    [InlineData("https", "--http2", "2")]
    public async Task Curl_sends_and_gets_bodies_in_every_version(string scheme, string option, string version)
    {
        var curl = ForeignProgram.Needs("curl", "curl");
        await using var backend = await EchoBackend.StartAsync("curled");
        var name = mesh.NewName("curled");
        await mesh.AddAsync(name, "HTTP", backend.Port);
        var folder = Directory.CreateTempSubdirectory("curl-test-").FullName;
        try
        {
            // So long that curl asks first whether it may send it.
            var (body, answer, root) = (Path.Combine(folder, "body"), Path.Combine(folder, "answer"), Path.Combine(folder, "root"));
            await File.WriteAllTextAsync(body, new string('x', 3 << 20), Stop);
            await File.WriteAllTextAsync(root, mesh.Gateway.Pki.RootPem, Stop);
            var address = scheme == "http" ? mesh.Address : mesh.TlsAddress;
            foreach (var upload in new[] { "content-type: text/plain", "transfer-encoding: chunked" })
            {
                // Chunks are nothing that HTTP/2 has.
                if (upload.StartsWith("transfer", StringComparison.Ordinal) && option == "--http2-prior-knowledge") continue;
                var told = await ForeignProgram.OutputAsync(
                    curl, "-sS", option, "--cacert", root, "-H", $"host: {name}.example", "-H", upload, "--data-binary", "@" + body,
                    "-o", answer, "-w", "%{http_code} %{http_version}", address + "/upload");
                Assert.Equal($"200 {version}", told);
                var text = await File.ReadAllTextAsync(answer, Stop);
                Assert.StartsWith($"POST http {name}.example /upload HTTP/", text, StringComparison.Ordinal);
                Assert.EndsWith(new string('x', 3 << 20), text, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
