using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Tcp;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Telemetry;

/// <summary>
/// Counts what goes through one side of a proxy, for Istio's standard metrics. A request costs one look-up by what it has at hand
/// anyway and a few additions; labels are rendered once.
/// </summary>
/// <remarks>Source: Istio, "Standard Metrics".</remarks>
public sealed class ProxyTelemetry
{
    /// <summary>Istio's name for destinations the mesh does not know.</summary>
    private const string PassthroughCluster = "PassthroughCluster";

    private readonly ProxyTelemetryOptions options;
    private readonly WorkloadMetadata own;
    private readonly SeriesTable<RequestSeriesKey, RequestSeries> requests;
    private readonly SeriesTable<ConnectionSeriesKey, ConnectionSeries> connections;

    public ProxyTelemetry(ProxyTelemetryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        own = options.Own.WithoutInstance();
        requests = new(
            options.SeriesLimit, Labels, static (pairs, labels) => new RequestSeries(pairs, labels),
            new RequestSeriesKey(null, false, WorkloadMetadata.None, null, false, 0, -1, ResponseFlags.None));
        connections = new(
            options.SeriesLimit, Labels, static (pairs, labels) => new ConnectionSeries(pairs, labels),
            new ConnectionSeriesKey(null, false, WorkloadMetadata.None, null, ResponseFlags.None));
    }

    /// <summary>What Telemetry resources change; made use of from the next scrape on.</summary>
    public MetricOverrides Overrides { get; set; } = MetricOverrides.None;

    internal IEnumerable<RequestSeries> Requests => requests.All;

    internal IEnumerable<ConnectionSeries> Connections => connections.All;

    internal int SeriesCount => requests.Count + connections.Count;

    internal long Overflows => requests.Overflows + connections.Overflows;

    internal int SeriesLimit => options.SeriesLimit * 2;

    internal void Ended(HttpContext context, RequestLog record)
    {
        var isGrpc = record.IsGrpc;
        var isSource = options.Reporter == MetricReporter.Source;
        var series = requests.Of(new RequestSeriesKey(
            record.Upstream?.Key,
            record.ClusterName == PassthroughCluster,
            record.Peer ?? (isSource && record.Endpoint is { } endpoint ? EndpointMetadata.Of(endpoint) : WorkloadMetadata.None),
            isSource ? record.UpstreamPeer : context.Features.Get<IMeshConnectionFeature>()?.Peer,
            isGrpc,
            record.NoResponse ? 0 : context.Response.StatusCode,
            isGrpc && record.GrpcStatus is { } status ? status : -1,
            record.AllFlags));
        series.Duration.Record(record.Elapsed.TotalMilliseconds);
        series.RequestBytes.Record(record.Body?.Received ?? 0);
        series.ResponseBytes.Record(record.BytesSent);
        if (isGrpc) series.AddMessages(record.Body?.Messages?.Count ?? 0, record.ResponseMessages?.Count ?? 0);
    }

    /// <summary>A connection whose bytes are carried begins; or ended before any were, by <paramref name="flags"/>.</summary>
    /// <param name="plan">Null when no destination was found.</param>
    /// <param name="endpoint">Null when none was reached.</param>
    /// <param name="upstreamPeer">Verified identity of the server.</param>
    internal ITcpMeter Opened(
        TcpDownstream downstream, TcpForwardPlan? plan, ProxyEndpoint? endpoint, SpiffeId? upstreamPeer, string flags = ResponseFlags.None)
    {
        var isSource = options.Reporter == MetricReporter.Source;
        var series = connections.Of(new ConnectionSeriesKey(
            plan?.Upstream.Key,
            plan?.ClusterName == PassthroughCluster,
            isSource && endpoint is not null ? EndpointMetadata.Of(endpoint) : WorkloadMetadata.None,
            isSource ? upstreamPeer : downstream.Peer,
            flags));
        series.Opened();
        return series;
    }

    private ImmutableArray<(string Name, string Value)> Labels(RequestSeriesKey key) => IstioLabels.Of(
        Parties(key.Upstream, key.IsPassthrough, key.Peer, key.PeerId),
        key.IsGrpc ? "grpc" : "http", key.Code, key.GrpcStatus < 0 ? null : key.GrpcStatus, key.Flags);

    private ImmutableArray<(string Name, string Value)> Labels(ConnectionSeriesKey key) =>
        IstioLabels.Of(Parties(key.Upstream, key.IsPassthrough, key.Peer, key.PeerId), "tcp", null, null, key.Flags);

    private CallParties Parties(UpstreamKey? upstream, bool isPassthrough, WorkloadMetadata peer, SpiffeId? peerId)
    {
        var isSource = options.Reporter == MetricReporter.Source;
        var host = upstream?.Host ?? "";
        return new CallParties
        {
            Reporter = options.Reporter,
            Source = isSource ? own : peer,
            // As Istio: a principal is what the connection has shown, and without mTLS neither side has shown any.
            SourcePrincipal = isSource ? (peerId is null ? null : options.OwnId()) : peerId,
            Destination = isSource ? peer : own,
            DestinationPrincipal = isSource ? peerId : (peerId is null ? null : options.OwnId()),
            ServiceHost = host,
            ServiceName = isPassthrough ? PassthroughCluster : CallParties.NameOf(host),
        };
    }
}
