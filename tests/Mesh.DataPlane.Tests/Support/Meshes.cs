using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Routing;

namespace Mesh.DataPlane.Tests.Support;

public static class Meshes
{
    public const string Host = "echo.prod.svc.cluster.local";

    public static UpstreamKey Key { get; } = new(Host, 8080);

    public static Upstream Upstream(string account, ImmutableArray<ProxyEndpoint> endpoints) => new()
    {
        Key = Key,
        Sni = Key.Sni,
        Endpoints = endpoints,
        ExpectedIdentities = [$"spiffe://cluster.local/ns/prod/sa/{account}"],
        Policy = TrafficPolicy.Default with { ConnectTimeout = TimeSpan.FromSeconds(5) },
    };

    public static ProxyEndpoint Endpoint(int port, EndpointTls tls = EndpointTls.Istio, int priority = 0, uint weight = 1) => new()
    {
        Address = "127.0.0.1",
        Port = port,
        Tls = tls,
        Priority = priority,
        Weight = weight,
    };

    public static HttpRoute Route(RetryPolicy? retries = null) => new()
    {
        Name = "test",
        Origin = "VirtualService prod/test",
        Action = new RouteAction.Forward([new WeightedDestination(Key, 100)]),
        Retries = retries ?? RetryPolicy.None,
    };
}
