using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.DataPlane.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>One try to get a request answered by one endpoint: all that an <see cref="IHttpForwarding"/> needs to know.</summary>
public sealed class ForwardTry
{
    public required HttpContext Context { get; init; }
    public required Upstream Upstream { get; init; }
    public required ProxyEndpoint Endpoint { get; init; }

    /// <summary>Speak HTTP/2 to the endpoint, else HTTP/1.1.</summary>
    public required bool Http2 { get; init; }

    public required string Authority { get; init; }

    /// <summary>After rewriting.</summary>
    public required RequestTarget Target { get; init; }

    /// <summary>The body for this try; null when the request has none.</summary>
    public required Stream? Body { get; init; }

    /// <summary>The same, for a body that has arrived already; null when it is yet to be read.</summary>
    public byte[]? WholeBody { get; init; }

    public string? RouteName { get; init; }

    /// <summary>Applied to the forwarded request and to the response, in this order.</summary>
    public required IReadOnlyList<HeaderOperations> Headers { get; init; }

    /// <summary>What the endpoint is told of us; null for one that is no peer.</summary>
    public PeerExchange? Own { get; init; }

    /// <summary>To be told of the response body; null where nobody counts its messages.</summary>
    public GrpcMessageCounter? Messages { get; init; }

    /// <summary>
    /// Asked once, when response headers arrived: true sends the response to the caller, false drops it because another try follows.
    /// Arguments: HTTP status, and the grpc-status when it came with the headers.
    /// </summary>
    public required Func<int, int?, bool> Accept { get; init; }
}
