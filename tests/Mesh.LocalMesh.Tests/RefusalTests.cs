using Mesh.Hosting.AccessLogs;

namespace Mesh.LocalMesh.Tests;

/// <summary>Who has no certificate of the mesh gets nowhere, and the access log says why. openssl plays the stranger.</summary>
[Collection(MeshCollection.Name)]
public sealed class RefusalTests(MeshFixture fixture)
{
    private const string PaymentsSni = "outbound_.8080_._.payments.prod.svc.cluster.local";
    private const string Request = "GET /v1/payments HTTP/1.1\r\nhost: payments.prod.svc.cluster.local:8080\r\nconnection: close\r\n\r\n";

    [Theory]
    [InlineData("127.10.0.1:15443", "the east-west gateway")]
    [InlineData("127.10.1.10:15006", "the workload")]
    public async Task Without_a_mesh_certificate_openssl_gets_no_answer(string address, string what)
    {
        var answer = await AskAsync(address, ["-servername", PaymentsSni, "-alpn", "istio-http/1.1,istio,http/1.1"]);

        Assert.DoesNotContain("HTTP/1.1 ", answer.Output, StringComparison.Ordinal);
        Assert.True(
            answer.Errors.Contains("alert", StringComparison.OrdinalIgnoreCase) || answer.ExitCode != 0,
            $"{what} did not refuse: {answer.Output}{answer.Errors}");
    }

    [Theory]
    [InlineData("127.10.0.1:15443")]
    [InlineData("127.10.1.10:15006")]
    public async Task A_certificate_of_another_root_is_refused(string address)
    {
        var folder = Directory.CreateTempSubdirectory("foreign-").FullName;
        await Shell.RunAsync("openssl",
        [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/",
            "-addext", "subjectAltName=critical,URI:spiffe://cluster.local/ns/prod/sa/legacy-billing",
            "-keyout", Path.Combine(folder, "key.pem"), "-out", Path.Combine(folder, "cert.pem"),
        ]);

        var answer = await AskAsync(address,
        [
            "-servername", PaymentsSni, "-alpn", "istio-http/1.1,istio,http/1.1",
            "-cert", Path.Combine(folder, "cert.pem"), "-key", Path.Combine(folder, "key.pem"),
        ]);

        Assert.DoesNotContain("HTTP/1.1 ", answer.Output, StringComparison.Ordinal);
        // The gateway only moves bytes: it is the workload that refuses, and says why.
        await RefusalIsLoggedAsync("agent-payments-a", entry =>
            entry.ResponseCodeDetails?.Contains("foreign root", StringComparison.Ordinal) == true &&
            (address.StartsWith("127.10.0.1", StringComparison.Ordinal) == entry.DownstreamRemoteAddress?.StartsWith("127.10.0.1:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("127.10.0.1:15443")]
    [InlineData("127.10.1.10:15006")]
    public async Task With_a_certificate_of_the_mesh_the_same_request_is_answered(string address)
    {
        var (certificate, key) = await fixture.IssueAsync("prod", "legacy-billing");

        var answer = await AskAsync(address,
            ["-servername", PaymentsSni, "-alpn", "istio-http/1.1,istio,http/1.1", "-cert", certificate, "-cert_chain", certificate, "-key", key]);

        Assert.Contains("HTTP/1.1 200", answer.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("outbound_.8080_._.nobody.prod.svc.cluster.local", "nobody.prod.svc.cluster.local")]
    [InlineData("outbound_.9_._.payments.prod.svc.cluster.local", "payments.prod.svc.cluster.local")]
    [InlineData("outbound_.9080_._.legacy-billing.prod.svc.cluster.local", "legacy-billing.prod.svc.cluster.local")]
    [InlineData("payments.prod.svc.cluster.local", "payments.prod.svc.cluster.local")]
    public async Task An_sni_the_gateway_does_not_serve_is_refused_and_named_in_the_access_log(string sni, string named)
    {
        // The machine is another network's; the gateway of vpc-a must not carry calls on to it.
        var (certificate, key) = await fixture.IssueAsync("prod", "legacy-billing");

        var answer = await AskAsync("127.10.0.1:15443", ["-servername", sni, "-alpn", "istio-http/1.1,istio,http/1.1", "-cert", certificate, "-key", key]);

        Assert.DoesNotContain("HTTP/1.1 ", answer.Output, StringComparison.Ordinal);
        await RefusalIsLoggedAsync("gateway-a", entry =>
            entry.RequestedServerName == sni && entry.ResponseCodeDetails?.Contains(named, StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("127.10.0.1", 15443, "gateway-a")]
    [InlineData("127.10.1.10", 15006, "agent-payments-a")]
    public async Task Plain_text_is_refused_and_the_access_log_says_so(string address, int port, string process)
    {
        using var client = new System.Net.Sockets.TcpClient(System.Net.Sockets.AddressFamily.InterNetwork);
        await client.ConnectAsync(address, port, TestContext.Current.CancellationToken);
        var local = client.Client.LocalEndPoint!.ToString();
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(Request), TestContext.Current.CancellationToken);

        var read = 0;
        try
        {
            read = await client.GetStream().ReadAsync(new byte[1024], TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // A reset is a refusal too.
        }

        // A TLS alert at most; no HTTP.
        Assert.InRange(read, 0, 7);
        await RefusalIsLoggedAsync(process, entry => entry.DownstreamRemoteAddress == local && entry.ResponseCodeDetails is { Length: > 0 });
    }

    private static async Task<(int ExitCode, string Output, string Errors)> AskAsync(string address, IEnumerable<string> options)
    {
        Shell.Needs("openssl", "openssl");
        return await Shell.RunAsync(
            "openssl", ["s_client", "-connect", address, "-ign_eof", .. options], Request);
    }

    private async Task RefusalIsLoggedAsync(string process, Func<AccessLogEntry, bool> matches)
    {
        var logs = new AccessLogs(fixture.Layout.Logs);
        await Eventually.Holds(
            () => Task.FromResult(logs.Read().Any(entry =>
                entry.Process == process && entry.Kind == AccessLogKind.Refused && matches(entry))),
            $"a refusal in the access log of {process}");
    }
}
