using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>One address of a load balancer.</summary>
public sealed record LoadBalancerIngress
{
    public string Ip { get; init; } = "";
    public string Hostname { get; init; } = "";

    internal static Schema<LoadBalancerIngress> Schema { get; } =
        new Schema<LoadBalancerIngress>("LoadBalancerIngress", () => new LoadBalancerIngress())
            .Field("ip", Codecs.Text, x => x.Ip, (x, v) => x with { Ip = v })
            .Field("hostname", Codecs.Text, x => x.Hostname, (x, v) => x with { Hostname = v })
            .Ignore("ipMode", "ports");
}
