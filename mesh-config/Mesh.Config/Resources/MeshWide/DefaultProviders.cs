using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>Providers used where no Telemetry names one.</summary>
public sealed record DefaultProviders
{
    public ImmutableArray<string> Tracing { get; init; } = [];
    public ImmutableArray<string> Metrics { get; init; } = [];
    public ImmutableArray<string> AccessLogging { get; init; } = [];

    internal static Schema<DefaultProviders> Schema { get; } =
        new Schema<DefaultProviders>("MeshConfig.DefaultProviders", () => new DefaultProviders())
            .Field("tracing", Codecs.List(Codecs.Text), x => x.Tracing, (x, v) => x with { Tracing = v })
            .Field("metrics", Codecs.List(Codecs.Text), x => x.Metrics, (x, v) => x with { Metrics = v })
            .Field("accessLogging", Codecs.List(Codecs.Text),
                x => x.AccessLogging, (x, v) => x with { AccessLogging = v })
            .AcceptSnakeCase();
}
