using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>Which requests are logged where.</summary>
public sealed record AccessLoggingSpec
{
    public LogSelector? Match { get; init; }
    public ImmutableArray<ProviderReference> Providers { get; init; } = [];
    public bool? Disabled { get; init; }
    public LogFilter? Filter { get; init; }

    internal static Schema<AccessLoggingSpec> Schema { get; } =
        new Schema<AccessLoggingSpec>("AccessLogging", () => new AccessLoggingSpec())
            .Message("match", LogSelector.Schema, x => x.Match, (x, v) => x with { Match = v })
            .Field("providers", Codecs.List(ProviderReference.Schema),
                x => x.Providers, (x, v) => x with { Providers = v })
            .Field("disabled", Codecs.Optional(Codecs.Bool), x => x.Disabled, (x, v) => x with { Disabled = v })
            .Message("filter", LogFilter.Schema, x => x.Filter, (x, v) => x with { Filter = v })
            .AcceptSnakeCase();
}
