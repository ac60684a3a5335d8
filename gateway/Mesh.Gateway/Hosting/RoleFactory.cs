using System.Security.Cryptography;
using Mesh.Config.Model;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Tcp.ProxyProtocol;
using Mesh.DataPlane.Telemetry;
using Mesh.DataPlane.Upstreams;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Forwarding;
using Mesh.Gateway.Listeners;
using Mesh.Gateway.Tls;
using Mesh.Hosting.AccessLogs;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway.Hosting;

/// <summary>Puts the parts of a role together.</summary>
internal sealed class RoleFactory(
    GatewaySettings settings,
    IWorkloadIdentity identity,
    CertificateStore certificates,
    IEndpointHealth health,
    IHttpForwarder yarp,
    UpstreamChannels channels,
    UpstreamConnector connector,
    IAccessLog accessLog,
    ProxyTelemetry telemetry,
    PeerExchange peers,
    RequestTracing tracing,
    TimeProvider time,
    ILoggerFactory loggers)
{
    private readonly ListenerSurroundings surroundings = new()
    {
        Process = settings.Name,
        AccessLog = accessLog,
        Telemetry = telemetry,
        ProxyProtocol = new ProxyProtocolReader(settings.Name, settings.ProxyProtocol, accessLog, time),
        MaxConnections = settings.MaxConnections,
        Http = settings.Http,
        Time = time,
        Loggers = loggers,
    };

    public RoleRuntime Create(GatewayRole role)
    {
        var log = loggers.CreateLogger("Mesh.Gateway." + role);
        var directory = new ViewEndpointDirectory();
        var balancer = new UpstreamBalancer(health, time, NewRandom());
        balancer.Outliers.Ejection += ejection => Log(log, ejection);
        var address = role == GatewayRole.Edge ? settings.ListenAddress : settings.WorkloadAddress;
        var listeners = new ListenerSet(Listeners(role, directory, balancer), address, settings.DrainTimeout, log);
        return new RoleRuntime(role, settings.ScopeOf(role), directory, balancer, listeners);
    }

    private static Random NewRandom() => new(RandomNumberGenerator.GetInt32(int.MaxValue));

    private static void Log(ILogger log, EjectionEvent ejection)
    {
        if (ejection.Ejected)
            log.Ejected(ejection.Endpoint.ToString(), ejection.Upstream.ClusterName, ejection.Duration.TotalSeconds, ejection.Reason);
        else
            log.Returned(ejection.Endpoint.ToString(), ejection.Upstream.ClusterName);
    }

    private ListenerFactory Listeners(GatewayRole role, ViewEndpointDirectory directory, UpstreamBalancer balancer)
    {
        var options = new HttpPipelineOptions
        {
            Process = settings.Name,
            Edge = true,
            Telemetry = telemetry,
            Peers = peers,
            Tracing = tracing,
            TrustedProxies = settings.TrustedProxies,
            ClientCert = settings.ForwardClientCert,
        };
        var pipeline = new HttpPipeline(
            options, directory, balancer, new EdgeForwarding(new InvokerForwarding(channels), new YarpForwarding(yarp, channels)), channels,
            accessLog, time, NewRandom());
        var tls = new ServerTlsSelector(certificates, identity, [settings.TrustDomain], time);
        var forwarder = new TcpForwarder(settings.Name, balancer, connector, accessLog, time, telemetry);
        var connections = new ConnectionRouter(directory, forwarder, NewRandom());
        return new ListenerFactory(async (key, configuration, cancellationToken) => key.Kind switch
        {
            ListenerKind.Passthrough when role == GatewayRole.Edge => throw new NotSupportedException($"{key.EndPoint}: AUTO_PASSTHROUGH needs --role east-west"),
            ListenerKind.Passthrough => PassthroughListener.Open(key, configuration, directory, balancer, connector, surroundings),
            // As istiod is exposed to machines and to other clusters.
            _ when role == GatewayRole.EastWest && configuration.Servers.Any(server => server.Tls.Mode != GatewayTlsMode.Passthrough) =>
                throw new NotSupportedException($"{key.EndPoint}: an east-west gateway serves AUTO_PASSTHROUGH and PASSTHROUGH only; use --role edge for HTTP"),
            ListenerKind.Tcp => TcpListener.Open(key, configuration, connections, surroundings),
            _ => await EdgeListener.OpenAsync(key, configuration, pipeline, tls, connections, surroundings, cancellationToken),
        });
    }

    private sealed class ListenerFactory(
        Func<ListenerKey, GatewayListener, CancellationToken, Task<IActiveListener>> open) : IListenerFactory
    {
        public Task<IActiveListener> OpenAsync(ListenerKey key, GatewayListener configuration, CancellationToken cancellationToken) =>
            open(key, configuration, cancellationToken);
    }
}
