using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>A port on which a sidecar accepts calls of its application, and the hosts it knows there.</summary>
public sealed record SidecarEgressListener
{
    public SidecarPort? Port { get; init; }
    public string Bind { get; init; } = "";
    public CaptureMode CaptureMode { get; init; }

    /// <summary><c>namespace/host</c>; <c>*</c>, <c>.</c> and <c>~</c> mean all, the own, no namespace.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    internal static Schema<SidecarEgressListener> Schema { get; } =
        new Schema<SidecarEgressListener>("IstioEgressListener", () => new SidecarEgressListener())
            .Message("port", SidecarPort.Schema, x => x.Port, (x, v) => x with { Port = v })
            .Field("bind", Codecs.Text, x => x.Bind, (x, v) => x with { Bind = v })
            .Field("captureMode", Codecs.Enum<CaptureMode>(), x => x.CaptureMode, (x, v) => x with { CaptureMode = v })
            .Field("hosts", Codecs.List(Codecs.Text), x => x.Hosts, (x, v) => x with { Hosts = v })
            .AcceptSnakeCase();
}
