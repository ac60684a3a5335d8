using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Mesh.DataPlane.Tests.Support;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>Server certificates out of Secrets in the sources, which come, change and break while the gateway runs.</summary>
public sealed class SecretTests(TlsMesh mesh) : IClassFixture<TlsMesh>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task A_generic_Secret_and_roots_in_a_Secret_of_their_own_are_understood()
    {
        var (chain, key) = mesh.Pki.ServerPem("generic.test");
        mesh.WriteSecret("generic", ("cert", chain), ("key", key));
        mesh.WriteSecret("generic-cacert", ("cacert", mesh.Pki.RootPem));
        await mesh.AddServerAsync("generic.test", "mode: MUTUAL, credentialName: generic");
        Assert.Equal(0, await mesh.CurlAsync("generic.test"));
        Assert.Equal(200, await mesh.CurlAsync("generic.test", mesh.Pki.ServerPem("partner.test")));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_changed_Secret_is_served_to_new_connections_while_open_ones_go_on()
    {
        mesh.WriteSecret("changing", "changing.test");
        await mesh.AddServerAsync("changing.test", "mode: SIMPLE, credentialName: changing");
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, mesh.Port, Stop);
        await using var open = new SslStream(socket.GetStream());
        await open.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "changing.test", CertificateChainPolicy = mesh.Pki.ChainPolicy() }, Stop);
        Assert.Equal("HTTP/1.1 200 OK", await GetAsync(open));

        mesh.WriteSecret("changing", "changed.test");
        await mesh.ShowsAsync("changing.test", "changed.test");
        Assert.Equal("HTTP/1.1 200 OK", await GetAsync(open));
    }

    [Theory(Timeout = 240_000)]
    [InlineData("not a certificate", "not a key")]
    [InlineData(null, "not a key")]
    [InlineData("not a certificate", null)]
    public async Task A_broken_Secret_leaves_the_last_good_certificate_and_shows_why(string? chain, string? key)
    {
        var name = $"broken{chain?.Length}x{key?.Length}";
        mesh.WriteSecret(name, $"{name}.test");
        await mesh.AddServerAsync($"{name}.test", $"mode: SIMPLE, credentialName: {name}");
        var (goodChain, goodKey) = mesh.Pki.ServerPem($"{name}.test");
        mesh.WriteSecret(name, ("tls.crt", chain ?? goodChain), ("tls.key", key ?? goodKey));
        var problem = await ProblemAsync(name, problem => problem is not null);
        Assert.NotEmpty(problem!);
        Assert.Equal(200, await mesh.CurlAsync($"{name}.test"));

        mesh.WriteSecret(name, $"{name}.test");
        await ProblemAsync(name, problem => problem is null);
        Assert.Equal(200, await mesh.CurlAsync($"{name}.test"));
    }

    [Fact(Timeout = 240_000)]
    public async Task A_server_without_its_Secret_turns_clients_away_until_the_Secret_comes()
    {
        mesh.Edge.Gateway.WriteConfig("late.yaml", $$"""
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: late, namespace: istio-system}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - port: {number: {{mesh.Port}}, name: late, protocol: HTTPS}
                hosts: [late.test]
                tls: {mode: SIMPLE, credentialName: late}
            """);
        await Poll.UntilAsync(() => mesh.SubjectAsync("late.test").GetAwaiter().GetResult().Length == 0, "nothing to be shown");
        await mesh.Edge.LineAsync(line => line.ResponseCodeDetails == "no server of this port has a certificate for 'late.test'");
        mesh.WriteSecret("late", "late.test");
        await mesh.ShowsAsync("late.test", "late.test");
    }

    [Fact(Timeout = 240_000)]
    public async Task A_Gateway_of_the_Gateway_API_uses_a_Secret_of_another_namespace_once_that_lets_it()
    {
        var (chain, key) = mesh.Pki.ServerPem("granted.test");
        var port = FreePort.Next();
        mesh.Edge.Gateway.WriteConfig("api.yaml", $$"""
            apiVersion: v1
            kind: Service
            metadata: {name: gateway, namespace: istio-system}
            spec:
              selector: {istio: ingressgateway}
              ports: [{name: https, port: {{port}} }]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: api, namespace: istio-system}
            spec:
              gatewayClassName: istio
              addresses: [{type: Hostname, value: gateway}]
              listeners:
              - name: https
                port: {{port}}
                protocol: HTTPS
                tls:
                  certificateRefs: [{name: granted, namespace: certificates}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: granted, namespace: certificates}
            type: kubernetes.io/tls
            data:
              tls.crt: {{Convert.ToBase64String(Encoding.ASCII.GetBytes(chain))}}
              tls.key: {{Convert.ToBase64String(Encoding.ASCII.GetBytes(key))}}
            """);
        using var client = new HttpClient();
        await Poll.UntilAsync(
            () => client.GetStringAsync(new Uri($"http://127.0.0.1:{mesh.Edge.Gateway.AdminPort}/snapshot"), Stop).GetAwaiter().GetResult()
                .Contains("ReferenceNotGranted", StringComparison.Ordinal),
            "the finding");
        Assert.Equal("", await mesh.SubjectAsync("granted.test", port));
        mesh.Edge.Gateway.WriteConfig("grant.yaml", """
            apiVersion: gateway.networking.k8s.io/v1beta1
            kind: ReferenceGrant
            metadata: {name: gateways, namespace: certificates}
            spec:
              from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: istio-system}]
              to: [{group: "", kind: Secret}]
            """);
        await Poll.UntilAsync(
            () => mesh.SubjectAsync("granted.test", port).GetAwaiter().GetResult().Contains("granted.test", StringComparison.Ordinal), "the certificate");
    }

    private static async Task<string?> GetAsync(SslStream stream)
    {
        await stream.WriteAsync("HEAD / HTTP/1.1\r\nHost: changing.test\r\n\r\n"u8.ToArray(), Stop);
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, Stop);
            text.Append((char)one[0]);
        }

        return text.ToString().Split("\r\n")[0];
    }

    private async Task<string?> ProblemAsync(string secret, Func<string?, bool> matches)
    {
        using var client = new HttpClient();
        string? problem = null;
        await Poll.UntilAsync(
            () =>
            {
                using var page = JsonDocument.Parse(
                    client.GetStringAsync(new Uri($"http://127.0.0.1:{mesh.Edge.Gateway.AdminPort}/snapshot"), Stop).GetAwaiter().GetResult());
                foreach (var one in page.RootElement.GetProperty("certificates").EnumerateArray())
                {
                    if (one.GetProperty("source").GetString() != $"Secret istio-system/{secret}") continue;
                    problem = one.TryGetProperty("problem", out var said) ? said.GetString() : null;
                    return matches(problem);
                }

                return false;
            },
            "what the status page says of the Secret");
        return problem;
    }
}
