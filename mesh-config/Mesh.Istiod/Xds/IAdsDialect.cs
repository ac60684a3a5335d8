using System.Collections.Immutable;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Istiod.Protos.Xds;

namespace Mesh.Istiod.Xds;

/// <summary>How one of the two protocols says what a stream has to say.</summary>
internal interface IAdsDialect<TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    AsyncDuplexStreamingCall<TRequest, TResponse> Open(
        AggregatedDiscoveryService.AggregatedDiscoveryServiceClient client, Metadata headers, CancellationToken cancellationToken);

    /// <summary>The first request for a type on a stream.</summary>
    /// <param name="node">Given with the first request of all.</param>
    TRequest First(XdsSubscription wanted, Node? node);

    /// <summary>Other names are wanted than before.</summary>
    TRequest Change(ImmutableArray<string> before, AdsTypeState state);

    /// <summary>Accepts the last response, or refuses it with a reason.</summary>
    TRequest Answer(AdsTypeState state, string nonce, string? refusal);

    TRequest Health(HealthReport report);

    XdsResponse Read(TResponse response);
}
