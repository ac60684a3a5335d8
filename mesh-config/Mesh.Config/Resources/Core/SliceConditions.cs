using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>State of a slice endpoint; absent means true, for terminating false.</summary>
public sealed record SliceConditions
{
    public bool? Ready { get; init; }
    public bool? Serving { get; init; }
    public bool? Terminating { get; init; }

    internal static Schema<SliceConditions> Schema { get; } =
        new Schema<SliceConditions>("EndpointConditions", () => new SliceConditions())
            .Field("ready", Codecs.Optional(Codecs.Bool), x => x.Ready, (x, v) => x with { Ready = v })
            .Field("serving", Codecs.Optional(Codecs.Bool), x => x.Serving, (x, v) => x with { Serving = v })
            .Field("terminating", Codecs.Optional(Codecs.Bool),
                x => x.Terminating, (x, v) => x with { Terminating = v });
}
