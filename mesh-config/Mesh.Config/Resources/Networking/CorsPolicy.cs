using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Cross-origin rules.</summary>
public sealed record CorsPolicy
{
    public ImmutableArray<StringMatch> AllowOrigins { get; init; } = [];
    public ImmutableArray<string> AllowOrigin { get; init; } = [];
    public ImmutableArray<string> AllowMethods { get; init; } = [];
    public ImmutableArray<string> AllowHeaders { get; init; } = [];
    public ImmutableArray<string> ExposeHeaders { get; init; } = [];
    public TimeSpan? MaxAge { get; init; }
    public bool? AllowCredentials { get; init; }
    public UnmatchedPreflights UnmatchedPreflights { get; init; }

    internal static Schema<CorsPolicy> Schema { get; } =
        new Schema<CorsPolicy>("CorsPolicy", () => new CorsPolicy())
            .Field("allowOrigins", Codecs.List(StringMatch.Schema),
                x => x.AllowOrigins, (x, v) => x with { AllowOrigins = v })
            .Field("allowOrigin", Codecs.List(Codecs.Text), x => x.AllowOrigin, (x, v) => x with { AllowOrigin = v })
            .Field("allowMethods", Codecs.List(Codecs.Text),
                x => x.AllowMethods, (x, v) => x with { AllowMethods = v })
            .Field("allowHeaders", Codecs.List(Codecs.Text),
                x => x.AllowHeaders, (x, v) => x with { AllowHeaders = v })
            .Field("exposeHeaders", Codecs.List(Codecs.Text),
                x => x.ExposeHeaders, (x, v) => x with { ExposeHeaders = v })
            .Field("maxAge", Codecs.Duration, x => x.MaxAge, (x, v) => x with { MaxAge = v })
            .Field("allowCredentials", Codecs.Optional(Codecs.Bool),
                x => x.AllowCredentials, (x, v) => x with { AllowCredentials = v })
            .Field("unmatchedPreflights", Codecs.Enum<UnmatchedPreflights>(),
                x => x.UnmatchedPreflights, (x, v) => x with { UnmatchedPreflights = v })
            .AcceptSnakeCase();
}
