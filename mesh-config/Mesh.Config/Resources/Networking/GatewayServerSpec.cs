using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>One port of a gateway with its hosts.</summary>
public sealed record GatewayServerSpec
{
    public GatewayPort? Port { get; init; }
    public string Bind { get; init; } = "";

    /// <summary><c>dnsName</c>, <c>ns/dnsName</c>, <c>./dnsName</c> or <c>*/dnsName</c>.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    public ServerTlsSettings? Tls { get; init; }
    public string DefaultEndpoint { get; init; } = "";
    public string Name { get; init; } = "";

    internal static Schema<GatewayServerSpec> Schema { get; } =
        new Schema<GatewayServerSpec>("Server", () => new GatewayServerSpec())
            .Message("port", GatewayPort.Schema, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("bind", Codecs.Text, x => x.Bind, (x, v) => x with { Bind = v })
            .Field("hosts", Codecs.List(Codecs.Text), x => x.Hosts, (x, v) => x with { Hosts = v }, required: true)
            .Message("tls", ServerTlsSettings.Schema, x => x.Tls, (x, v) => x with { Tls = v })
            .Field("defaultEndpoint", Codecs.Text, x => x.DefaultEndpoint, (x, v) => x with { DefaultEndpoint = v })
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .AcceptSnakeCase();
}
