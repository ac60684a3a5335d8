using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Mesh.Hosting.AccessLogs;
using Mesh.VmAgent.Bootstrap;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>HTTP from one workload's application to another's, through both their agents.</summary>
public sealed class HttpThroughAgentsTests
{
    private const string CallerId = "spiffe://cluster.local/ns/prod/sa/caller";
    private const string EchoId = "spiffe://cluster.local/ns/prod/sa/echo";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_by_http_proxy_arrives_with_the_callers_identity_and_joins_in_the_logs()
    {
        var seen = new ConcurrentQueue<(string Host, string Path, string ClientCert, string Trace)>();
        await using var app = await TestServer.StartAsync(context =>
        {
            var headers = context.Request.Headers;
            seen.Enqueue((
                context.Request.Host.Value!, $"{context.Request.Path}{context.Request.QueryString}",
                headers["x-forwarded-client-cert"].ToString(), headers.TraceParent.ToString()));
            return context.Response.WriteAsync("hello");
        });
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(app.Port);
        var (echo, caller) = await mesh.StartPairAsync();
        using var client = ProxyClient(caller);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/a%2Fb?q=1");
        request.Headers.Add("x-forwarded-client-cert", "By=spiffe://forged;URI=spiffe://cluster.local/ns/prod/sa/admin");
        using var response = await client.SendAsync(request, Token);

        Assert.Equal((HttpStatusCode.OK, "hello"), (response.StatusCode, await response.Content.ReadAsStringAsync(Token)));
        var call = Assert.Single(seen);
        Assert.Equal($"{AgentMesh.Host}:{AgentMesh.HttpPort}", call.Host);
        Assert.Equal("/a%2Fb?q=1", call.Path);
        Assert.Matches($"^By={EchoId};Hash=[0-9a-f]{{64}};Subject=\"\";URI={CallerId}$", call.ClientCert);
        var sent = await mesh.LogLineAsync(caller, line => line.Kind == AccessLogKind.Http, "the call");
        var received = await mesh.LogLineAsync(echo, line => line.Kind == AccessLogKind.Http, "the call");
        Assert.Equal(sent.UpstreamLocalAddress, received.DownstreamRemoteAddress);
        Assert.Equal(sent.TraceId, received.TraceId);
        Assert.Contains(sent.TraceId!, call.Trace, StringComparison.Ordinal);
        Assert.Equal((EchoId, CallerId), (sent.UpstreamPeerUriSan, received.DownstreamPeerUriSan));
        Assert.Equal($"outbound_.{AgentMesh.HttpPort}_._.{AgentMesh.Host}", received.RequestedServerName);
        Assert.Equal($"inbound|{app.Port}||", received.UpstreamCluster);
    }

    [Theory]
    [InlineData("echo")]
    [InlineData("echo.prod")]
    [InlineData("echo.prod.svc")]
    public async Task Short_names_mean_what_they_mean_in_kubernetes(string host)
    {
        await using var app = await TestServer.StartAsync(context => context.Response.WriteAsync("hello"));
        await using var mesh = await AgentMesh.CreateAsync();
        // A Service this time: ServiceEntry hosts have no short names.
        mesh.Configure("services.yaml", """
            apiVersion: v1
            kind: Service
            metadata: {name: echo, namespace: prod}
            spec:
              selector: {app: echo}
              ports:
              - {name: http, port: 9080}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: other, namespace: prod}
            spec:
              selector: {app: other}
              ports:
              - {name: http, port: 80}
              - {name: http-admin, port: 81}
            """);
        mesh.ConfigureEchoGroup(app.Port);
        var (_, caller) = await mesh.StartPairAsync();
        using var client = ProxyClient(caller);

        await Eventually.HoldsAsync(
            async () => (await client.GetAsync(new Uri($"http://{host}:9080/"), Token)).StatusCode == HttpStatusCode.OK, "the call succeeds");
    }

    [Fact]
    public async Task Http2_by_authority_carries_streams_both_ways_and_trailers()
    {
        await using var app = await TestServer.StartAsync(
            async context =>
            {
                context.Response.ContentType = "application/grpc";
                context.Response.DeclareTrailer("grpc-status");
                var buffer = new byte[64];
                int read;
                while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
                {
                    await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
                    await context.Response.Body.FlushAsync();
                }

                context.Response.AppendTrailer("grpc-status", "0");
                context.Response.AppendTrailer("grpc-message", "done");
            },
            HttpProtocols.Http2);
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(http: 1, grpc: app.Port);
        var (_, caller) = await mesh.StartPairAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var pipe = new System.IO.Pipelines.Pipe();

        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{caller.Outbound}/echo.Echo/Talk")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new FlushingContent(pipe.Reader.AsStream()),
        };
        request.Headers.Host = $"{AgentMesh.Host}:{AgentMesh.GrpcPort}";
        request.Headers.Add("te", "trailers");
        request.Content.Headers.ContentType = new("application/grpc");
        await pipe.Writer.WriteAsync("ping"u8.ToArray(), Token);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        await using var body = await response.Content.ReadAsStreamAsync(Token);

        // Each answer comes before the next question: nothing on the way collects the stream.
        var answer = new byte[4];
        await body.ReadExactlyAsync(answer, Token);
        Assert.Equal("ping", Encoding.ASCII.GetString(answer));
        await pipe.Writer.WriteAsync("pong"u8.ToArray(), Token);
        await body.ReadExactlyAsync(answer, Token);
        Assert.Equal("pong", Encoding.ASCII.GetString(answer));
        await pipe.Writer.CompleteAsync();
        Assert.Equal(0, await body.ReadAsync(answer, Token));
        Assert.Equal("0", Assert.Single(response.TrailingHeaders.GetValues("grpc-status")));
    }

    [Fact]
    public async Task An_application_that_is_down_is_503_to_http_and_unavailable_to_grpc()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(http: FreePort.Next(), grpc: FreePort.Next());
        var (echo, caller) = await mesh.StartPairAsync();
        using var client = ProxyClient(caller);

        using var response = await client.GetAsync(new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/"), Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var line = await mesh.LogLineAsync(echo, entry => entry.ResponseCode == 503, "the failure");
        Assert.StartsWith("UF", line.ResponseFlags, StringComparison.Ordinal);

        using var plain = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{caller.Outbound}/echo.Echo/Talk")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]),
        };
        request.Headers.Host = $"{AgentMesh.Host}:{AgentMesh.GrpcPort}";
        request.Content.Headers.ContentType = new("application/grpc");
        using var grpc = await plain.SendAsync(request, Token);
        Assert.Equal("14", Assert.Single(grpc.Headers.Concat(grpc.TrailingHeaders).First(header => header.Key == "grpc-status").Value));
    }

    [Fact]
    public async Task A_host_the_mesh_does_not_know_is_refused_by_name_unless_allowed()
    {
        await using var outsider = await TestServer.StartAsync(context => context.Response.WriteAsync("outside"));
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        var (_, refusing) = await mesh.StartPairAsync();
        var allowing = mesh.Settings("curious") with { OutboundUnknown = UnknownDestinations.Allow };
        await mesh.StartAsync(allowing);
        var target = new Uri($"http://localhost:{outsider.Port}/");

        using (var client = ProxyClient(refusing))
        using (var response = await client.GetAsync(target, Token))
        {
            Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
            Assert.Contains($"localhost:{outsider.Port}", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }

        using (var client = ProxyClient(allowing))
        {
            Assert.Equal("outside", await client.GetStringAsync(target, Token));
            // The proxy asked about itself must not call itself forever.
            using var self = await client.GetAsync(new Uri($"http://{allowing.Outbound}/"), Token);
            Assert.Equal(HttpStatusCode.BadGateway, self.StatusCode);
        }
    }

    [Fact]
    public async Task A_port_that_a_service_does_not_have_is_refused()
    {
        await using var mesh = await AgentMesh.CreateAsync();
        mesh.ConfigureEchoGroup(1);
        var (_, caller) = await mesh.StartPairAsync();
        using var client = ProxyClient(caller);

        using var response = await client.GetAsync(new Uri($"http://{AgentMesh.Host}:9999/"), Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains($"{AgentMesh.Host}:9999", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    /// <summary>Sends each piece at once, as streaming gRPC clients do; StreamContent waits for more.</summary>
    private sealed class FlushingContent(Stream source) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var buffer = new byte[64];
            int read;
            while ((read = await source.ReadAsync(buffer)) > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, read));
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    internal static HttpClient ProxyClient(AgentSettings agent) =>
        new(new SocketsHttpHandler { Proxy = new WebProxy($"http://{agent.Outbound}"), UseProxy = true });
}
