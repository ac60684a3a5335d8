using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Telemetry;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.Networking;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.DataPlane.Tests.Support;

/// <summary>The proxies of a small mesh: a plain client side, and sidecars that terminate mTLS in front of applications.</summary>
public sealed class MeshProxy : IAsyncDisposable
{
    private readonly UpstreamChannels channels;
    private readonly HttpServer server;

    private MeshProxy(UpstreamChannels channels, HttpServer server, UpstreamBalancer balancer, MemoryAccessLog log)
    {
        this.channels = channels;
        this.server = server;
        Balancer = balancer;
        Log = log;
    }

    public UpstreamBalancer Balancer { get; }

    public MemoryAccessLog Log { get; }

    public int Port => server.EndPoint.Port;

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>Plain text in, routes and mTLS out.</summary>
    public static async Task<MeshProxy> StartClientSideAsync(
        FixedIdentity identity, IEndpointDirectory directory, HttpRouteTable routes, TimeProvider? time = null, bool edge = true,
        Func<UpstreamChannels, IHttpForwarding>? forwarding = null)
    {
        time ??= TimeProvider.System;
        var log = new MemoryAccessLog();
        var channels = new UpstreamChannels(new UpstreamConnector(identity, time), time);
        var balancer = new UpstreamBalancer(NoEndpointHealth.Instance, time, new Random(1));
        var pipeline = new HttpPipeline(
            new HttpPipelineOptions { Process = "client-side", Edge = edge }, directory, balancer,
            forwarding?.Invoke(channels) ?? new InvokerForwarding(channels), channels, log, time, new Random(2));
        var server = await HttpServer.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0), listen => listen.UseHttp1OrHttp2Cleartext(),
            context => pipeline.RouteAsync(context, routes, 80), NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        return new MeshProxy(channels, server, balancer, log);
    }

    /// <summary>Mesh mTLS in, plain text to the application.</summary>
    public static async Task<MeshProxy> StartSidecarAsync(
        FixedIdentity identity, int applicationPort, MtlsMode mode = MtlsMode.Strict, Func<ClientHello?, InboundVerdict>? admit = null, int port = 0,
        PeerExchange? peers = null)
    {
        var log = new MemoryAccessLog();
        var time = TimeProvider.System;
        var channels = new UpstreamChannels(new UpstreamConnector(identity, time), time);
        var balancer = new UpstreamBalancer(NoEndpointHealth.Instance, time, new Random(1));
        var pipeline = new HttpPipeline(
            new HttpPipelineOptions { Process = "sidecar", Peers = peers }, new FakeDirectory(), balancer, new InvokerForwarding(channels), channels, log, time, new Random(2));
        var application = Meshes.Upstream("app", [Meshes.Endpoint(applicationPort)]) with { Tls = ClientTlsMode.Disable };
        var options = new MeshInboundOptions
        {
            Process = "sidecar",
            Identity = identity,
            TrustDomains = ["cluster.local"],
            AccessLog = log,
            Admit = admit ?? (_ => new InboundVerdict(mode)),
        };
        var server = await HttpServer.StartAsync(
            new IPEndPoint(IPAddress.Loopback, port),
            listen =>
            {
                listen.UseMeshInbound(options);
                listen.UseHttp1OrHttp2Cleartext();
            },
            context => pipeline.ForwardAsync(context, new ForwardPlan
            {
                Upstream = application,
                ClusterName = "inbound|8080||",
                Authority = context.Request.Host.Value ?? "",
                Target = RequestTarget.Of(context)!.Value,
            }),
            NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        return new MeshProxy(channels, server, balancer, log);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await channels.DisposeAsync();
    }
}
