using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Changes headers.</summary>
public sealed record HeaderModifier
{
    public ImmutableArray<HeaderValue> Set { get; init; } = [];
    public ImmutableArray<HeaderValue> Add { get; init; } = [];
    public ImmutableArray<string> Remove { get; init; } = [];

    internal static Schema<HeaderModifier> Schema { get; } =
        new Schema<HeaderModifier>("HTTPHeaderFilter", () => new HeaderModifier())
            .Field("set", Codecs.List(HeaderValue.Schema), x => x.Set, (x, v) => x with { Set = v })
            .Field("add", Codecs.List(HeaderValue.Schema), x => x.Add, (x, v) => x with { Add = v })
            .Field("remove", Codecs.List(Codecs.Text), x => x.Remove, (x, v) => x with { Remove = v });
}
