using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>Spans go by HTTP instead of gRPC.</summary>
public sealed record OpenTelemetryHttp
{
    public string Path { get; init; } = "";
    public TimeSpan? Timeout { get; init; }
    public ImmutableArray<ProviderHeader> Headers { get; init; } = [];

    internal static Schema<OpenTelemetryHttp> Schema { get; } =
        new Schema<OpenTelemetryHttp>("MeshConfig.ExtensionProvider.HttpService", () => new OpenTelemetryHttp())
            .Field("path", Codecs.Text, x => x.Path, (x, v) => x with { Path = v }, required: true)
            .Field("timeout", Codecs.Duration, x => x.Timeout, (x, v) => x with { Timeout = v })
            .Field("headers", Codecs.List(ProviderHeader.Schema), x => x.Headers, (x, v) => x with { Headers = v })
            .AcceptSnakeCase();
}
