using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>The region that takes over.</summary>
public sealed record LocalityFailover
{
    public string From { get; init; } = "";
    public string To { get; init; } = "";

    internal static Schema<LocalityFailover> Schema { get; } =
        new Schema<LocalityFailover>("LocalityLoadBalancerSetting.Failover", () => new LocalityFailover())
            .Field("from", Codecs.Text, x => x.From, (x, v) => x with { From = v })
            .Field("to", Codecs.Text, x => x.To, (x, v) => x with { To = v })
            .AcceptSnakeCase();
}
