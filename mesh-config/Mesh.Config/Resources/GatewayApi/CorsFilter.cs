using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Cross-origin rules.</summary>
public sealed record CorsFilter
{
    public ImmutableArray<string> AllowOrigins { get; init; } = [];
    public bool? AllowCredentials { get; init; }
    public ImmutableArray<string> AllowMethods { get; init; } = [];
    public ImmutableArray<string> AllowHeaders { get; init; } = [];
    public ImmutableArray<string> ExposeHeaders { get; init; } = [];

    /// <summary>Seconds.</summary>
    public int MaxAge { get; init; }

    internal static Schema<CorsFilter> Schema { get; } =
        new Schema<CorsFilter>("HTTPCORSFilter", () => new CorsFilter())
            .Field("allowOrigins", Codecs.List(Codecs.Text), x => x.AllowOrigins, (x, v) => x with { AllowOrigins = v })
            .Field("allowCredentials", Codecs.Optional(Codecs.Bool),
                x => x.AllowCredentials, (x, v) => x with { AllowCredentials = v })
            .Field("allowMethods", Codecs.List(Codecs.Text), x => x.AllowMethods, (x, v) => x with { AllowMethods = v })
            .Field("allowHeaders", Codecs.List(Codecs.Text), x => x.AllowHeaders, (x, v) => x with { AllowHeaders = v })
            .Field("exposeHeaders", Codecs.List(Codecs.Text),
                x => x.ExposeHeaders, (x, v) => x with { ExposeHeaders = v })
            .Field("maxAge", Codecs.Int, x => x.MaxAge, (x, v) => x with { MaxAge = v });
}
