using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>How spans go by gRPC.</summary>
public sealed record OpenTelemetryGrpc
{
    public TimeSpan? Timeout { get; init; }
    public ImmutableArray<ProviderHeader> InitialMetadata { get; init; } = [];

    internal static Schema<OpenTelemetryGrpc> Schema { get; } =
        new Schema<OpenTelemetryGrpc>("MeshConfig.ExtensionProvider.GrpcService", () => new OpenTelemetryGrpc())
            .Field("timeout", Codecs.Duration, x => x.Timeout, (x, v) => x with { Timeout = v })
            .Field("initialMetadata", Codecs.List(ProviderHeader.Schema), x => x.InitialMetadata, (x, v) => x with { InitialMetadata = v })
            .AcceptSnakeCase();
}
