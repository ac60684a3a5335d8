using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Condition on a header or a query parameter.</summary>
public sealed record ValueMatch
{
    public ValueMatchType Type { get; init; }
    public string Name { get; init; } = "";
    public string Value { get; init; } = "";

    internal static Schema<ValueMatch> Schema { get; } =
        new Schema<ValueMatch>("HTTPHeaderMatch", () => new ValueMatch())
            .Field("type", Codecs.Names<ValueMatchType>(), x => x.Type, (x, v) => x with { Type = v })
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v });
}
