using System.Net;

namespace Mesh.FakeKube;

/// <summary>What a fake cluster is like.</summary>
public sealed record FakeKubeOptions
{
    /// <summary>Port 0 takes one that is free.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>False: plain HTTP.</summary>
    public bool Tls { get; init; } = true;

    /// <summary>Names and addresses in the serving certificate besides the listening address and <c>localhost</c>.</summary>
    public IReadOnlyList<string> ServingNames { get; init; } = [];

    /// <summary>Whether the kinds of Istio are there from the start.</summary>
    public bool IstioKinds { get; init; } = true;

    /// <summary>Whether the kinds of the Gateway API are there from the start.</summary>
    public bool GatewayApiKinds { get; init; } = true;

    /// <summary>
    /// Whether loopback addresses are refused in EndpointSlices and <c>externalIPs</c>, as Kubernetes does. False lets tests have
    /// endpoints on this machine.
    /// </summary>
    public bool RefuseLoopback { get; init; }

    /// <summary>Whether lists can be streamed (<c>sendInitialEvents</c>); without, such a watch is refused with 422 as older servers do.</summary>
    public bool StreamingLists { get; init; } = true;

    /// <summary>How often a watch that allows bookmarks gets one.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest life of a watch that names no timeout of its own; real servers take 30 to 60 minutes.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(45);

    /// <summary>Changes that watches can go back by; older ones are compacted.</summary>
    public int EventLimit { get; init; } = 200_000;

    /// <summary>Bytes of a request's body.</summary>
    public int BodyLimit { get; init; } = 3 * 1024 * 1024;

    /// <summary>The version that <c>/version</c> tells.</summary>
    public string Version { get; init; } = "v1.32.4";

    /// <summary>Issuer of service account tokens.</summary>
    public string Issuer { get; init; } = "https://kubernetes.default.svc.cluster.local";

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
