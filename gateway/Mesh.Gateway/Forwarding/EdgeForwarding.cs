using Mesh.DataPlane.Http;

namespace Mesh.Gateway.Forwarding;

/// <summary>
/// Callers that speak HTTP/2, as gRPC's do, are served by the forwarder of the data plane, which costs half of YARP's for a short call;
/// HTTP/1.1, with its upgrades, by YARP. <c>./mesh bench gateway</c> shows what either costs.
/// </summary>
internal sealed class EdgeForwarding(InvokerForwarding http2, YarpForwarding http1) : IHttpForwarding
{
    public Task<ForwardResult> ForwardAsync(ForwardTry attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return HttpProtocol.IsHttp2(attempt.Context.Request.Protocol)
            ? http2.ForwardAsync(attempt, cancellationToken)
            : http1.ForwardAsync(attempt, cancellationToken);
    }
}
