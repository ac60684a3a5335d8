using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Hosting.AccessLogs;
using Mesh.VmAgent.Bootstrap;
using Microsoft.AspNetCore.Http;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>CONNECT: raw bytes to TCP ports, HTTP by request to HTTP ports.</summary>
public sealed class TunnelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tunnel_to_a_tcp_port_carries_bytes_over_mtls_and_passes_the_end_on()
    {
        using var app = new TcpListener(IPAddress.Loopback, 0);
        app.Start();
        var serving = EchoUntilEndAsync(app);
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1, tcp: ((IPEndPoint)app.LocalEndpoint).Port);
        var (echo, caller) = await mesh.StartPairAsync();

        using var client = await ConnectAsync(caller, $"{AgentMesh.Host}:{AgentMesh.TcpPort}");
        var stream = client.GetStream();
        Assert.StartsWith("HTTP/1.1 200 ", await ReadHeadAsync(stream), StringComparison.Ordinal);
        await stream.WriteAsync("some bytes"u8.ToArray(), Token);
        client.Client.Shutdown(SocketShutdown.Send);
        using var rest = new MemoryStream();
        await stream.CopyToAsync(rest, Token);

        Assert.Equal("some bytes!", Encoding.ASCII.GetString(rest.ToArray()));
        await serving;
        var sent = await mesh.LogLineAsync(caller, line => line.Kind == AccessLogKind.TcpClosed, "the closed tunnel");
        var received = await mesh.LogLineAsync(echo, line => line.Kind == AccessLogKind.TcpClosed, "the closed connection");
        Assert.Equal((10L, 11L), (sent.BytesReceived, sent.BytesSent));
        Assert.Equal((10L, 11L), (received.BytesReceived, received.BytesSent));
        Assert.Equal(sent.UpstreamLocalAddress, received.DownstreamRemoteAddress);
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/caller", received.DownstreamPeerUriSan);
        Assert.Equal("-", sent.ResponseFlags);
    }

    [Fact]
    public async Task A_tunnel_to_an_http_port_is_routed_request_by_request()
    {
        await using var app = await TestServer.StartAsync(context => context.Response.WriteAsync($"path {context.Request.Path}"));
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(app.Port);
        var (_, caller) = await mesh.StartPairAsync();

        using var client = await ConnectAsync(caller, $"{AgentMesh.Host}:{AgentMesh.HttpPort}");
        var stream = client.GetStream();
        Assert.StartsWith("HTTP/1.1 200 ", await ReadHeadAsync(stream), StringComparison.Ordinal);
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET /inside HTTP/1.1\r\nHost: {AgentMesh.Host}:{AgentMesh.HttpPort}\r\nConnection: close\r\n\r\n"), Token);
        using var reader = new StreamReader(stream);

        Assert.Contains("path /inside", await reader.ReadToEndAsync(Token), StringComparison.Ordinal);
        await mesh.LogLineAsync(caller, line => line is { Kind: AccessLogKind.Http, Path: "/inside" }, "the request in the tunnel");
    }

    [Theory]
    [InlineData("nowhere.example.com:443", "502", "nowhere.example.com:443 is not a service of the mesh")]
    [InlineData("nonsense", "400", "HOST:PORT")]
    public async Task A_tunnel_that_cannot_be_is_refused_with_the_reason(string target, string status, string reason)
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        var caller = mesh.Settings("caller");
        await mesh.StartAsync(caller);

        using var client = await ConnectAsync(caller, target);
        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync(Token);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains(reason, answer, StringComparison.Ordinal);
    }

    private static async Task EchoUntilEndAsync(TcpListener app)
    {
        using var client = await app.AcceptTcpClientAsync(Token);
        var stream = client.GetStream();
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Token);
        // Answered only after the caller's end has come through.
        await stream.WriteAsync(all.ToArray(), Token);
        await stream.WriteAsync("!"u8.ToArray(), Token);
    }

    private static async Task<TcpClient> ConnectAsync(AgentSettings agent, string target)
    {
        var client = new TcpClient();
        await client.ConnectAsync(agent.Outbound!, Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n"), Token);
        return client;
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, Token) == 0) break;
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
