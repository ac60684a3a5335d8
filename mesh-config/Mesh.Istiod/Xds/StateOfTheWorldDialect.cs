using System.Collections.Immutable;
using Grpc.Core;
using Mesh.Istiod.Protos.Xds;

namespace Mesh.Istiod.Xds;

/// <summary>Every request names all that is wanted.</summary>
/// <remarks>Source: Envoy documentation, "xDS REST and gRPC protocol"; istio pkg/xds/server.go.</remarks>
internal sealed class StateOfTheWorldDialect : IAdsDialect<DiscoveryRequest, DiscoveryResponse>
{
    public AsyncDuplexStreamingCall<DiscoveryRequest, DiscoveryResponse> Open(
        AggregatedDiscoveryService.AggregatedDiscoveryServiceClient client, Metadata headers, CancellationToken cancellationToken) =>
        client.StreamAggregatedResources(headers, cancellationToken: cancellationToken);

    public DiscoveryRequest First(XdsSubscription wanted, Node? node) =>
        new() { TypeUrl = wanted.TypeUrl, Node = node, ResourceNames = { wanted.Names } };

    /// <remarks>Also the acknowledgement of what came last; that of a newer response, should one be on its way, says the same names again.</remarks>
    public DiscoveryRequest Change(ImmutableArray<string> before, AdsTypeState state) => Answer(state, state.Nonce, null);

    public DiscoveryRequest Answer(AdsTypeState state, string nonce, string? refusal) => new()
    {
        TypeUrl = state.TypeUrl,
        VersionInfo = state.AcceptedVersion,
        ResponseNonce = nonce,
        ResourceNames = { state.Names },
        ErrorDetail = refusal is null ? null : AdsErrors.Detail(refusal),
    };

    public DiscoveryRequest Health(HealthReport report) =>
        new() { TypeUrl = XdsTypes.Health, ErrorDetail = report.Healthy ? null : AdsErrors.Detail(report.Message) };

    public XdsResponse Read(DiscoveryResponse response) => new(
        response.TypeUrl,
        response.VersionInfo,
        response.Nonce,
        [.. response.Resources.Select(resource => new XdsResource("", "", resource.TypeUrl, resource.Value))],
        []);
}
