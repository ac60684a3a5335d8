using System.Text.Json;

namespace Mesh.LocalMesh.Tests;

/// <summary>Clients that are not ours, as outside users have them.</summary>
[Collection(MeshCollection.Name)]
public sealed class ForeignClientTests(MeshFixture fixture)
{
    private string Clients => Path.Combine(fixture.Repository, "samples", "clients");

    [Fact]
    public async Task Curl_pays_over_json_through_the_edge()
    {
        Shell.Needs("curl", "curl");
        var key = Guid.NewGuid().ToString();
        string[] pay =
        [
            "--silent", "--show-error", "--cacert", fixture.EdgeRoot,
            "-H", "content-type: application/json", "-H", "idempotency-key: " + key,
            "-d", """{"merchant":"acme","paymentMethod":"pm_card_visa","amount":{"currencyCode":"EUR","minorUnits":"990"}}""",
            "-w", "\n%{http_code} %{http_version}",
            "https://localhost:8443/v1/payments",
        ];

        var overHttp2 = await Shell.RunAsync("curl", [.. pay, "--http2"]);
        var overHttp11 = await Shell.RunAsync("curl", [.. pay, "--http1.1"]);

        Assert.Equal(0, overHttp2.ExitCode);
        Assert.EndsWith("200 2", overHttp2.Output, StringComparison.Ordinal);
        Assert.EndsWith("200 1.1", overHttp11.Output, StringComparison.Ordinal);
        using var first = JsonDocument.Parse(overHttp2.Output.Split('\n')[0]);
        using var second = JsonDocument.Parse(overHttp11.Output.Split('\n')[0]);
        Assert.Equal("SUCCEEDED", first.RootElement.GetProperty("state").GetString());
        // The same key over another protocol is the same payment.
        Assert.Equal(first.RootElement.GetProperty("name").GetString(), second.RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Curl_reaches_the_plain_port_with_http_1_and_with_http_2_prior_knowledge()
    {
        Shell.Needs("curl", "curl");
        string[] list = ["--silent", "--show-error", "-o", "/dev/null", "-w", "%{http_code} %{http_version}", "http://127.0.0.1:8080/v1/payments"];

        var overHttp11 = await Shell.RunAsync("curl", ["--http1.1", .. list]);
        var overHttp2 = await Shell.RunAsync("curl", ["--http2-prior-knowledge", .. list]);

        Assert.Equal("200 1.1", overHttp11.Output);
        Assert.Equal("200 2", overHttp2.Output);
    }

    [Fact]
    public async Task Python_grpcio_pays_over_tls_and_reads_trailers_status_and_reflection()
    {
        Shell.Needs("/usr/bin/python3", "python3");
        var probe = await Shell.RunAsync("/usr/bin/python3", ["-c", "import grpc, google.protobuf"]);
        Assert.SkipUnless(probe.ExitCode == 0, "python3-grpcio is not installed (apt-get install python3-grpcio python3-protobuf)");

        var run = await Shell.RunAsync(
            "/usr/bin/python3",
            [Path.Combine(Clients, "python", "pay.py"), "--target", "localhost:8443", "--ca", fixture.EdgeRoot]);

        AssertPaid(run);
    }

    [Fact]
    public async Task Grpc_js_pays_over_tls_and_reads_trailers_status_and_reflection()
    {
        Shell.Needs("node", "nodejs");
        var folder = Path.Combine(Clients, "javascript");
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(folder, "node_modules", "@grpc", "grpc-js")),
            "npm packages are not installed (npm ci in samples/clients/javascript)");

        var run = await Shell.RunAsync(
            "node", [Path.Combine(folder, "pay.mjs"), "--target", "localhost:8443", "--ca", fixture.EdgeRoot]);

        AssertPaid(run);
    }

    private static void AssertPaid((int ExitCode, string Output, string Errors) run)
    {
        Assert.True(run.ExitCode == 0, run.Errors + run.Output);
        using var json = JsonDocument.Parse(run.Output);
        var root = json.RootElement;
        Assert.Equal("SUCCEEDED", root.GetProperty("payment").GetProperty("state").GetString());
        Assert.Equal("OK", root.GetProperty("status").GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Object, root.GetProperty("trailers").ValueKind);
        Assert.Contains(
            "payments.v1.Payments",
            root.GetProperty("services").EnumerateArray().Select(service => service.GetString()));
    }
}
