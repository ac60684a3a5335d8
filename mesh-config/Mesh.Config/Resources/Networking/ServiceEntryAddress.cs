using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>One given address.</summary>
public sealed record ServiceEntryAddress
{
    public string Value { get; init; } = "";
    public string Host { get; init; } = "";

    internal static Schema<ServiceEntryAddress> Schema { get; } =
        new Schema<ServiceEntryAddress>("ServiceEntryAddress", () => new ServiceEntryAddress())
            .Field("value", Codecs.Text, x => x.Value, (x, v) => x with { Value = v })
            .Field("host", Codecs.Text, x => x.Host, (x, v) => x with { Host = v })
            .AcceptSnakeCase();
}
