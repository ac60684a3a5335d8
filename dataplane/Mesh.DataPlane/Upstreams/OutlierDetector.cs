using Mesh.Config.Model;
using Mesh.Hosting;

namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// Passive health checking. An endpoint is ejected by the error that completes the row, for base ejection time times the number of its
/// ejections, and comes back at the first sweep after that; sweeps happen once per interval, driven by use.
/// </summary>
/// <remarks>Source: Envoy, "Outlier detection"; Istio DestinationRule OutlierDetection.</remarks>
public sealed class OutlierDetector
{
    /// <summary>Envoy's max_ejection_time, unless the base time is longer.</summary>
    private static readonly TimeSpan MaxEjectionTime = TimeSpan.FromSeconds(300);

    private readonly TimeProvider time;

    public OutlierDetector(TimeProvider time) => this.time = time;

    /// <summary>Raised on each ejection and return, with what to log. Called under a lock: handlers must be quick.</summary>
    public event Action<EjectionEvent>? Ejection;

    /// <summary>Counts one try. Does nothing for an upstream without an outlier policy.</summary>
    public void Report(Upstream upstream, UpstreamState state, ProxyEndpoint endpoint, TryOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(state);
        if (upstream.Policy.Outlier is not { } policy || outcome == TryOutcome.Ignored) return;
        lock (state.Gate)
        {
            Sweep(upstream, state, policy);
            var counters = state.Of(endpoint);
            if (Count(counters, policy, outcome) is { } reason && !counters.IsEjected)
                Eject(upstream, state, endpoint, counters, policy, reason);
        }
    }

    /// <summary>Lets endpoints return whose time is over.</summary>
    public void Sweep(Upstream upstream, UpstreamState state)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(state);
        if (upstream.Policy.Outlier is null && state.Counters.Ejections == 0) return;
        if (time.GetUtcNow() - state.LastSweep < (upstream.Policy.Outlier?.Interval ?? TimeSpan.Zero)) return;
        lock (state.Gate) Sweep(upstream, state, upstream.Policy.Outlier);
    }

    /// <returns>Which row is complete; null when none is.</returns>
    private static string? Count(EndpointState counters, OutlierPolicy policy, TryOutcome outcome)
    {
        if (outcome == TryOutcome.Success)
        {
            counters.StartOver();
            return null;
        }

        if (policy.SplitsLocalOrigin)
        {
            if (outcome == TryOutcome.LocalOrigin)
            {
                counters.ConsecutiveLocalOriginFailures++;
                return Reached(counters.ConsecutiveLocalOriginFailures, policy.ConsecutiveLocalOriginFailures)
                    ? "consecutive local origin failures"
                    : null;
            }

            // An error that the endpoint told is still an answer.
            counters.ConsecutiveLocalOriginFailures = 0;
        }

        counters.Consecutive5xx++;
        counters.ConsecutiveGatewayErrors = outcome == TryOutcome.ServerError ? 0 : counters.ConsecutiveGatewayErrors + 1;
        if (Reached(counters.ConsecutiveGatewayErrors, policy.ConsecutiveGatewayErrors)) return "consecutive gateway errors";
        return Reached(counters.Consecutive5xx, policy.Consecutive5xxErrors) ? "consecutive 5xx" : null;
    }

    private static bool Reached(int count, int limit) => limit > 0 && count >= limit;

    private void Sweep(Upstream upstream, UpstreamState state, OutlierPolicy? policy)
    {
        var now = time.GetUtcNow();
        if (policy is not null && now - state.LastSweep < policy.Interval) return;
        state.LastSweep = now;
        foreach (var (id, endpoint) in state.Endpoints)
        {
            if (!endpoint.IsEjected)
            {
                if (endpoint.Ejections > 0) endpoint.Ejections--;
            }
            else if (policy is null || endpoint.EjectedUntil <= now)
            {
                endpoint.EjectedUntil = null;
                // A returned endpoint starts afresh: it needs a whole new row of errors to go again.
                endpoint.StartOver();
                endpoint.BeginAgain();
                Ejection?.Invoke(new EjectionEvent(upstream.Key, id, false, TimeSpan.Zero, "ejection time is over"));
            }
        }
    }

    private void Eject(
        Upstream upstream, UpstreamState state, ProxyEndpoint endpoint, EndpointState counters, OutlierPolicy policy, string reason)
    {
        var ejected = 0;
        var total = 0;
        foreach (var other in upstream.Endpoints)
        {
            total++;
            if (state.Of(other).IsEjected) ejected++;
        }

        // At least one may always go; beyond that the share must stay within the limit.
        if (ejected > 0 && (ejected + 1) * 100 > policy.MaxEjectionPercent * total) return;

        counters.Ejections++;
        state.Counters.Ejected();
        var cap = policy.BaseEjectionTime > MaxEjectionTime ? policy.BaseEjectionTime : MaxEjectionTime;
        var duration = policy.BaseEjectionTime * counters.Ejections;
        if (duration > cap) duration = cap;
        counters.EjectedUntil = time.GetUtcNow() + duration;
        Invariant.Holds(ejected < total || total == 0, $"{ejected} of {total} endpoints of {upstream.Key} are ejected before ejecting another");
        Ejection?.Invoke(new EjectionEvent(upstream.Key, EndpointId.Of(endpoint), true, duration, reason));
    }
}
