using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Hosting.AccessLogs;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>Callers without mTLS at port 15006, where PeerAuthentication lets them.</summary>
public sealed class PlainTextTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Permissive_takes_http_and_bytes_and_mtls_on_one_port_and_tells_them_apart()
    {
        await using var workload = await GuardedWorkload.StartAsync(_ => "", "PERMISSIVE");
        using var plain = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{workload.Settings.InboundPort}/plain");
        request.Headers.Host = $"{AgentMesh.Host}:{AgentMesh.HttpPort}";
        using var mutual = MeshCaller.Http(workload.Mesh, workload.Settings, "caller");

        using (var response = await plain.SendAsync(request, Token))
            Assert.Equal("GET /plain\n", await response.Content.ReadAsStringAsync(Token));
        await Eventually.HoldsAsync(
            async () =>
            {
                // On a machine that is so busy that the first word comes late, the caller counts as one that has none.
                try
                {
                    return (await mutual.GetStringAsync(new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/"), Token)).Contains("sa/caller", StringComparison.Ordinal);
                }
                catch (Exception error) when (error is HttpRequestException or IOException)
                {
                    return false;
                }
            },
            "mTLS is served");
        Assert.Equal("SET name value\r\n", await SayAsync(workload.Settings.InboundPort, "SET name value\r\n"));
        var line = await workload.Mesh.LogLineAsync(workload.Settings, entry => entry.Kind == AccessLogKind.TcpClosed, "the bytes");
        Assert.Equal($"inbound|{workload.Ports.Tcp}||", line.UpstreamCluster);
        Assert.Null(line.DownstreamPeerUriSan);
    }

    [Theory]
    [InlineData("PERMISSIVE")]
    [InlineData("DISABLE")]
    public async Task A_server_that_speaks_first_is_heard_by_a_client_that_waits(string mode)
    {
        await using var workload = await GuardedWorkload.StartAsync(_ => "", mode, greeting: "220 ready\r\n");

        Assert.Equal("220 ready\r\n", await SayAsync(workload.Settings.InboundPort, "", expect: 11));
    }

    [Fact]
    public async Task A_port_that_requires_mtls_is_closed_to_plain_text_while_others_are_open()
    {
        await using var workload = await GuardedWorkload.StartAsync(own => $$$"""
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata:
              name: echo
              namespace: prod
            spec:
              selector: {matchLabels: {app: echo}}
              mtls: {mode: PERMISSIVE}
              portLevelMtls:
                {{{own.Ports.Tcp}}}: {mode: STRICT}
            """);

        // What is left takes HTTP, and says what it thinks of other things.
        Assert.StartsWith("HTTP/1.1 400", await SayAsync(workload.Settings.InboundPort, "SET name value\r\n"), StringComparison.Ordinal);
        await using var mutual = await MeshCaller.OpenAsync(workload.Mesh, workload.Settings, "caller");
        await mutual.WriteAsync("hello"u8.ToArray(), Token);
        var answer = new byte[5];
        await mutual.ReadExactlyAsync(answer, Token);
        Assert.Equal("hello", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task Principals_never_match_in_plain_text_and_addresses_do()
    {
        await using var workload = await GuardedWorkload.StartAsync(
            _ => GuardedWorkload.Policy("mesh-only", """{action: DENY, rules: [{from: [{source: {notPrincipals: ["*"]}}]}]}"""), "PERMISSIVE");
        Assert.Equal("", await SayAsync(workload.Settings.InboundPort, "SET name value\r\n"));

        workload.Configure(GuardedWorkload.Policy("here", """{rules: [{from: [{source: {ipBlocks: [127.0.0.1]}}]}]}"""));
        await Eventually.HoldsAsync(async () => await SayAsync(workload.Settings.InboundPort, "SET x\r\n") == "SET x\r\n", "the address is let in");
    }

    [Fact]
    public async Task Tls_of_the_applications_own_goes_on_untouched()
    {
        Command.Require("openssl");
        await using var workload = await GuardedWorkload.StartAsync(_ => "", "PERMISSIVE");

        // The application sends the ClientHello back, which no TLS server does: it has seen what the client sent.
        var (_, output) = await Command.RunAsync(
            "openssl", "s_client", "-connect", $"127.0.0.1:{workload.Settings.InboundPort}", "-servername", "db.example.com", "-msg");

        Assert.Contains("<<<", output, StringComparison.Ordinal);
        await workload.Mesh.LogLineAsync(workload.Settings, entry => entry is { Kind: AccessLogKind.TcpClosed, RequestedServerName: "db.example.com" }, "the connection");
    }

    /// <summary>What comes back; empty when the connection is closed instead.</summary>
    private static async Task<string> SayAsync(int port, string text, int? expect = null)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, Token);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Token);
            var answer = new byte[expect ?? text.Length];
            var read = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, Token);
            return Encoding.ASCII.GetString(answer, 0, read);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
