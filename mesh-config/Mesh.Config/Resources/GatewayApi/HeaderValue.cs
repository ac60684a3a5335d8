using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>A header with its value.</summary>
public sealed record HeaderValue
{
    public string Name { get; init; } = "";
    public string Value { get; init; } = "";

    internal static Schema<HeaderValue> Schema { get; } =
        new Schema<HeaderValue>("HTTPHeader", () => new HeaderValue())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v }, required: true);
}
