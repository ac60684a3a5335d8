using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>Load, ejection state and choice of endpoints for all upstreams of one proxy.</summary>
public sealed class UpstreamBalancer
{
    private readonly EndpointPicker picker;

    /// <param name="random">Seed it to make choices repeatable.</param>
    public UpstreamBalancer(IEndpointHealth health, TimeProvider time, Random random)
    {
        Outliers = new OutlierDetector(time);
        picker = new EndpointPicker(Outliers, health, time, random);
    }

    public OutlierDetector Outliers { get; }

    public UpstreamStates States { get; } = new();

    /// <inheritdoc cref="EndpointPicker.Pick"/>
    public ProxyEndpoint? Pick(Upstream upstream, IReadOnlyCollection<EndpointId> tried, ulong? hash = null, ulong avoid = 0) =>
        picker.Pick(upstream, States.Of(upstream), tried, hash, avoid);

    public void Report(Upstream upstream, ProxyEndpoint endpoint, TryOutcome outcome) =>
        Outliers.Report(upstream, States.Of(upstream), endpoint, outcome);
}
