using Mesh.Config.Model;
using Mesh.DataPlane.Tcp.ProxyProtocol;
using Mesh.DataPlane.Telemetry;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.AccessLogs;

namespace Mesh.DataPlane.Tcp;

/// <summary>Settings of an AUTO_PASSTHROUGH listener.</summary>
public sealed class SniPassthroughOptions
{
    /// <summary>For access logs.</summary>
    public required string Process { get; init; }

    public required IAccessLog AccessLog { get; init; }

    public required UpstreamBalancer Balancer { get; init; }

    /// <summary>Null: no connection begins with a PROXY protocol header.</summary>
    public ProxyProtocolReader? ProxyProtocol { get; init; }

    /// <summary>Counts connections for metrics; null: nobody does.</summary>
    public ProxyTelemetry? Telemetry { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Finds the destination of an SNI; returns null with the reason when there is none. Must be quick.</summary>
    public required PassthroughResolver Resolve { get; init; }
}

/// <summary>As <see cref="MeshView.TryResolvePassthrough"/>, for the latest view.</summary>
public delegate Upstream? PassthroughResolver(string sni, out string refusal);
