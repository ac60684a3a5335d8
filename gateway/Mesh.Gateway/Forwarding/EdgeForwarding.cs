using Mesh.DataPlane.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Gateway.Forwarding;

/// <summary>
/// What has HTTP/2 on either side, as gRPC has, is carried by the forwarder of the data plane: it costs half of YARP's for a short call, and
/// knows of a request with a body whether the server took it on. HTTP/1.1 on both sides, and upgrades, are carried by YARP.
/// <c>./mesh bench gateway</c> shows what either costs.
/// </summary>
internal sealed class EdgeForwarding(InvokerForwarding http2, YarpForwarding http1) : IHttpForwarding
{
    public Task<ForwardResult> ForwardAsync(ForwardTry attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return HttpProtocol.IsHttp2(attempt.Context.Request.Protocol) || (attempt.Http2 && !IsUpgrade(attempt.Context))
            ? http2.ForwardAsync(attempt, cancellationToken)
            : http1.ForwardAsync(attempt, cancellationToken);
    }

    private static bool IsUpgrade(HttpContext context) => context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true;
}
