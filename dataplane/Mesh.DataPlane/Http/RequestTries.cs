using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams;

namespace Mesh.DataPlane.Http;

/// <summary>What one request has tried so far, and its place among the retries of the upstream while it is at a retry.</summary>
internal sealed class RequestTries(ForwardPlan plan, UpstreamState state) : IDisposable
{
    /// <summary>How often priorities are tried before others have their turn, as Istio configures Envoy.</summary>
    private const int TriesPerPriority = 2;

    private List<EndpointId>? endpoints;
    private ulong priorities;
    private int count;
    private bool isRetrying;

    /// <summary>Endpoints that another try should leave alone.</summary>
    public IReadOnlyCollection<EndpointId> Endpoints => (IReadOnlyCollection<EndpointId>?)endpoints ?? [];

    /// <summary>Priorities whose turns are over, where retries may leave the locality.</summary>
    public ulong Avoid { get; private set; }

    /// <summary>Takes the place for one more try; the place of the last one is free with its end.</summary>
    /// <returns>False when the upstream has as many retries under way as it may have.</returns>
    public bool TryRetry()
    {
        EndRetry();
        return isRetrying = state.TryEnterRetry(plan.Upstream.Policy);
    }

    public void Failed(ProxyEndpoint endpoint)
    {
        count++;
        if (plan.Retries.IgnorePreviousHosts) (endpoints ??= []).Add(EndpointId.Of(endpoint));
        if (!plan.Retries.RemoteLocalities) return;
        priorities |= 1UL << Math.Min(endpoint.Priority, 63);
        if (count % TriesPerPriority == 0) Avoid = priorities;
    }

    public void Dispose() => EndRetry();

    /// <summary>The try is no retry any more for the others: it was answered, or it failed.</summary>
    public void EndRetry()
    {
        if (isRetrying) state.LeaveRetry();
        isRetrying = false;
    }
}
