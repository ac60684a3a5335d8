using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>One port of a Service.</summary>
public sealed record ServicePort
{
    public string Name { get; init; } = "";
    public int Port { get; init; }

    /// <summary>Number or name; empty means the same as the port.</summary>
    public string TargetPort { get; init; } = "";

    public int NodePort { get; init; }

    /// <summary>Empty means TCP.</summary>
    public string Protocol { get; init; } = "";

    public string AppProtocol { get; init; } = "";

    internal static Schema<ServicePort> Schema { get; } =
        new Schema<ServicePort>("ServicePort", () => new ServicePort())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v })
            .Field("port", Codecs.Port, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("targetPort", Codecs.IntOrText, x => x.TargetPort, (x, v) => x with { TargetPort = v })
            .Field("nodePort", Codecs.Int, x => x.NodePort, (x, v) => x with { NodePort = v })
            .Field("protocol", Codecs.Text, x => x.Protocol, (x, v) => x with { Protocol = v })
            .Field("appProtocol", Codecs.Text, x => x.AppProtocol, (x, v) => x with { AppProtocol = v });
}
