using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>An address of a gateway.</summary>
public sealed record GatewayAddress
{
    /// <summary><c>IPAddress</c> (also when empty), <c>Hostname</c> or a named type.</summary>
    public string Type { get; init; } = "";

    public string Value { get; init; } = "";

    internal static Schema<GatewayAddress> Schema { get; } =
        new Schema<GatewayAddress>("GatewayAddress", () => new GatewayAddress())
            .Field("type", Codecs.Text, x => x.Type, (x, v) => x with { Type = v })
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v });
}
