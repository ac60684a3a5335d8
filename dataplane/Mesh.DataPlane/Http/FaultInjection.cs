using Mesh.Config.Routing;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>Delays and refuses requests as a route's fault says, before any endpoint is asked.</summary>
/// <remarks>Source: Istio HTTPFaultInjection; Envoy's fault filter, with its response flags DI and FI.</remarks>
internal sealed class FaultInjection(string process, TimeProvider time, Random random)
{
    /// <summary>True when the request is over: refused, or its caller left during the delay.</summary>
    public async Task<bool> EndsAsync(HttpContext context, RouteFault fault, RequestLog record)
    {
        if (fault.Delay is { } delay && Hits(fault.DelayPercent))
        {
            record.Injected = ResponseFlags.DelayInjected;
            try
            {
                await Task.Delay(delay, time, context.RequestAborted).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                record.Flags = ResponseFlags.DownstreamConnectionTermination;
                record.Details = "the caller went away";
                record.NoResponse = true;
                return true;
            }
        }

        if (Status(fault) is not { } status || !Hits(fault.AbortPercent)) return false;
        await HttpPipeline.RefuseAsync(context, record, status.Http, status.Grpc, ResponseFlags.FaultInjected,
            $"{process}: refused on purpose, by the fault of route {record.RouteName}").ConfigureAwait(false);
        return true;
    }

    /// <summary>Either kind of status, in both forms.</summary>
    private static (int Http, int Grpc)? Status(RouteFault fault)
    {
        if (fault.AbortGrpcStatus is { } name && GrpcStatus.ByName(name) is { } grpc) return (GrpcStatus.ToHttp(grpc), grpc);
        return fault.AbortStatus is { } http ? (http, GrpcStatus.OfHttp(http)) : null;
    }

    private bool Hits(double percent)
    {
        if (percent >= 100) return true;
        if (percent <= 0) return false;
        lock (random) return random.NextDouble() * 100 < percent;
    }
}
