using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>A port of a gateway.</summary>
public sealed record Listener
{
    public string Name { get; init; } = "";

    /// <summary>Empty means all; a wildcard only as first label.</summary>
    public string Hostname { get; init; } = "";

    public int Port { get; init; }

    /// <summary><c>HTTP</c>, <c>HTTPS</c>, <c>TLS</c>, <c>TCP</c>, <c>UDP</c> or <c>HBONE</c>.</summary>
    public string Protocol { get; init; } = "";

    public ListenerTls? Tls { get; init; }
    public AllowedRoutes? AllowedRoutes { get; init; }

    internal static Schema<Listener> Schema { get; } =
        new Schema<Listener>("Listener", () => new Listener())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("hostname", Codecs.Text, x => x.Hostname, (x, v) => x with { Hostname = v })
            .Field("port", Codecs.Port, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("protocol", Codecs.Text, x => x.Protocol, (x, v) => x with { Protocol = v }, required: true)
            .Message("tls", ListenerTls.Schema, x => x.Tls, (x, v) => x with { Tls = v })
            .Message("allowedRoutes", AllowedRoutes.Schema,
                x => x.AllowedRoutes, (x, v) => x with { AllowedRoutes = v });
}
