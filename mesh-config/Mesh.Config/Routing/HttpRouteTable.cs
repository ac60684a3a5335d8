namespace Mesh.Config.Routing;

/// <summary>The compiled HTTP routes of one listener (gateway port, or a sidecar's outbound service port). Immutable and thread-safe.</summary>
public abstract class HttpRouteTable
{
    /// <summary>Null when no virtual host or no rule matches: the caller answers 404 (response flag NR).</summary>
    public abstract RouteMatch? Match(in RouteRequest request);

    /// <summary>Every rule in the order of evaluation inside its virtual host, for tools; byte-stable.</summary>
    public virtual IEnumerable<RouteEntry> Entries => [];
}
