using System.Collections.Immutable;
using Grpc.Core;
using Mesh.Istiod.Protos.Xds;

namespace Mesh.Istiod.Xds;

/// <summary>Requests name what is wanted in addition, or no longer; acknowledgements name nothing.</summary>
/// <remarks>Source: Envoy documentation, "xDS REST and gRPC protocol"; istio pilot/pkg/xds/delta.go.</remarks>
internal sealed class DeltaDialect : IAdsDialect<DeltaDiscoveryRequest, DeltaDiscoveryResponse>
{
    public AsyncDuplexStreamingCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> Open(
        AggregatedDiscoveryService.AggregatedDiscoveryServiceClient client, Metadata headers, CancellationToken cancellationToken) =>
        client.DeltaAggregatedResources(headers, cancellationToken: cancellationToken);

    public DeltaDiscoveryRequest First(XdsSubscription wanted, Node? node)
    {
        var request = new DeltaDiscoveryRequest { TypeUrl = wanted.TypeUrl, Node = node, ResourceNamesSubscribe = { wanted.Names } };
        foreach (var (name, version) in wanted.Held) request.InitialResourceVersions[name] = version;
        return request;
    }

    public DeltaDiscoveryRequest Change(ImmutableArray<string> before, AdsTypeState state) => new()
    {
        TypeUrl = state.TypeUrl,
        ResourceNamesSubscribe = { state.Names.Except(before, StringComparer.Ordinal) },
        ResourceNamesUnsubscribe = { before.Except(state.Names, StringComparer.Ordinal) },
    };

    public DeltaDiscoveryRequest Answer(AdsTypeState state, string nonce, string? refusal) => new()
    {
        TypeUrl = state.TypeUrl,
        ResponseNonce = nonce,
        ErrorDetail = refusal is null ? null : AdsErrors.Detail(refusal),
    };

    public DeltaDiscoveryRequest Health(HealthReport report) =>
        new() { TypeUrl = XdsTypes.Health, ErrorDetail = report.Healthy ? null : AdsErrors.Detail(report.Message) };

    public XdsResponse Read(DeltaDiscoveryResponse response) => new(
        response.TypeUrl,
        response.SystemVersionInfo,
        response.Nonce,
        [.. response.Resources.Select(one => new XdsResource(one.Name, one.Version, one.Resource_?.TypeUrl ?? "", one.Resource_?.Value ?? Google.Protobuf.ByteString.Empty))],
        [.. response.RemovedResources]);
}
