using Mesh.Config.Model;
using Mesh.Config.Routing;

namespace Mesh.DataPlane.Http;

/// <summary>Where one request goes and how hard to try.</summary>
public sealed record ForwardPlan
{
    public required Upstream Upstream { get; init; }

    /// <summary>For the access log: <c>outbound|…</c>, or <c>inbound|port||</c>.</summary>
    public required string ClusterName { get; init; }

    public string? RouteName { get; init; }
    public required string Authority { get; init; }
    public required RequestTarget Target { get; init; }
    public TimeSpan? Timeout { get; init; }
    public RetryPolicy Retries { get; init; } = RetryPolicy.None;
    public IReadOnlyList<HeaderOperations> Headers { get; init; } = [];

    /// <summary>Who gets a copy of the request.</summary>
    public IReadOnlyList<RouteMirror> Mirrors { get; init; } = [];

    /// <summary>What consistent hashing goes by; null: the request has nothing of it, and any endpoint will do.</summary>
    public ulong? Hash { get; init; }
}
