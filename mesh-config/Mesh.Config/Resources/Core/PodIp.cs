using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>One address of a Pod.</summary>
public sealed record PodIp
{
    public string Ip { get; init; } = "";

    internal static Schema<PodIp> Schema { get; } =
        new Schema<PodIp>("PodIP", () => new PodIp())
            .Field("ip", Codecs.Text, x => x.Ip, (x, v) => x with { Ip = v });
}
