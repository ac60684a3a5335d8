using System.Net;
using Mesh.Config.Model;

namespace Mesh.VmAgent.Proxy;

/// <summary>Where traffic for one service port of this workload goes.</summary>
/// <param name="Service">The service host and service port the caller asked for.</param>
/// <param name="AppPort">The port the application would be reached at without an agent; policies go by it.</param>
/// <param name="Address">Where the application answers.</param>
public sealed record InboundTarget(UpstreamKey Service, int AppPort, IPEndPoint Address, ServiceProtocol Protocol)
{
    /// <summary>As in Envoy's access logs.</summary>
    public string ClusterName => $"inbound|{AppPort}||";

    /// <summary>True when requests are forwarded one by one; else, and undecided, bytes are.</summary>
    public bool IsHttp => Protocol is ServiceProtocol.Http or ServiceProtocol.Http2 or ServiceProtocol.Grpc or ServiceProtocol.GrpcWeb;

    /// <summary>The application as the data plane sees it: one endpoint in plain text, nobody to fail over to.</summary>
    public Upstream ToUpstream() => new()
    {
        Key = new UpstreamKey(Service.Host, AppPort),
        Protocol = Protocol,
        Tls = ClientTlsMode.Disable,
        Sni = "",
        Policy = new TrafficPolicy { ConnectTimeout = TimeSpan.FromSeconds(5) },
        Endpoints = [new ProxyEndpoint { Address = Address.Address.ToString(), Port = Address.Port }],
    };
}
