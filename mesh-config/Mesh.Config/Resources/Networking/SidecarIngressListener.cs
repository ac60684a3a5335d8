using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>A port on which a sidecar accepts traffic for its application.</summary>
public sealed record SidecarIngressListener
{
    public SidecarPort? Port { get; init; }
    public string Bind { get; init; } = "";
    public CaptureMode CaptureMode { get; init; }

    /// <summary><c>127.0.0.1:PORT</c>, <c>0.0.0.0:PORT</c>, <c>[::1]:PORT</c> or <c>unix:///PATH</c>.</summary>
    public string DefaultEndpoint { get; init; } = "";

    public ServerTlsSettings? Tls { get; init; }
    public ConnectionPoolSettings? ConnectionPool { get; init; }

    internal static Schema<SidecarIngressListener> Schema { get; } =
        new Schema<SidecarIngressListener>("IstioIngressListener", () => new SidecarIngressListener())
            .Message("port", SidecarPort.Schema, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("bind", Codecs.Text, x => x.Bind, (x, v) => x with { Bind = v })
            .Field("captureMode", Codecs.Enum<CaptureMode>(), x => x.CaptureMode, (x, v) => x with { CaptureMode = v })
            .Field("defaultEndpoint", Codecs.Text, x => x.DefaultEndpoint, (x, v) => x with { DefaultEndpoint = v })
            .Message("tls", ServerTlsSettings.Schema, x => x.Tls, (x, v) => x with { Tls = v })
            .Message("connectionPool", ConnectionPoolSettings.Schema,
                x => x.ConnectionPool, (x, v) => x with { ConnectionPool = v })
            .AcceptSnakeCase();
}
