using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>How requests are traced.</summary>
public sealed record TracingSpec
{
    public TracingSelector? Match { get; init; }
    public ImmutableArray<ProviderReference> Providers { get; init; } = [];
    public double? RandomSamplingPercentage { get; init; }
    public bool? DisableSpanReporting { get; init; }
    public ImmutableSortedDictionary<string, TracingTag> CustomTags { get; init; } =
        ImmutableSortedDictionary<string, TracingTag>.Empty;
    public bool? UseRequestIdForTraceSampling { get; init; }
    public bool? EnableIstioTags { get; init; }
    public bool? DisableContextPropagation { get; init; }

    internal static Schema<TracingSpec> Schema { get; } =
        new Schema<TracingSpec>("Tracing", () => new TracingSpec())
            .Message("match", TracingSelector.Schema, x => x.Match, (x, v) => x with { Match = v })
            .Field("providers", Codecs.List(ProviderReference.Schema),
                x => x.Providers, (x, v) => x with { Providers = v })
            .Field("randomSamplingPercentage", Codecs.Optional(Codecs.Double),
                x => x.RandomSamplingPercentage, (x, v) => x with { RandomSamplingPercentage = v })
            .Field("disableSpanReporting", Codecs.Optional(Codecs.Bool),
                x => x.DisableSpanReporting, (x, v) => x with { DisableSpanReporting = v })
            .Field("customTags", Codecs.Map(TracingTag.Schema), x => x.CustomTags, (x, v) => x with { CustomTags = v })
            .Field("useRequestIdForTraceSampling", Codecs.Optional(Codecs.Bool),
                x => x.UseRequestIdForTraceSampling, (x, v) => x with { UseRequestIdForTraceSampling = v })
            .Field("enableIstioTags", Codecs.Optional(Codecs.Bool),
                x => x.EnableIstioTags, (x, v) => x with { EnableIstioTags = v })
            .Field("disableContextPropagation", Codecs.Optional(Codecs.Bool),
                x => x.DisableContextPropagation, (x, v) => x with { DisableContextPropagation = v })
            .AcceptSnakeCase();
}
