using Mesh.DataPlane.Identity;

namespace Mesh.DataPlane.Telemetry;

/// <summary>Who called whom, as the labels of metrics tell it.</summary>
internal sealed record CallParties
{
    public required MetricReporter Reporter { get; init; }
    public required WorkloadMetadata Source { get; init; }
    public SpiffeId? SourcePrincipal { get; init; }
    public required WorkloadMetadata Destination { get; init; }
    public SpiffeId? DestinationPrincipal { get; init; }

    /// <summary>Empty when no destination was found.</summary>
    public string ServiceHost { get; init; } = "";

    /// <summary>Name of the Kubernetes service, else the host; Istio's special clusters go by their own name.</summary>
    public string ServiceName { get; init; } = "";

    /// <summary><c>payments</c> of <c>payments.prod.svc.cluster.local</c>; other hosts are their own name, as ServiceEntries are.</summary>
    public static string NameOf(string host)
    {
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return host;
        var second = host.IndexOf('.', dot + 1);
        return second > 0 && host.AsSpan(second).StartsWith(".svc.", StringComparison.Ordinal) ? host[..dot] : host;
    }
}
