using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Probe by HTTP GET.</summary>
public sealed record HttpHealthCheck
{
    /// <summary>Default <c>/</c>.</summary>
    public string Path { get; init; } = "";

    public int Port { get; init; }
    public string Host { get; init; } = "";

    /// <summary><c>HTTP</c> or <c>HTTPS</c>.</summary>
    public string Scheme { get; init; } = "";

    public ImmutableArray<HttpProbeHeader> HttpHeaders { get; init; } = [];

    internal static Schema<HttpHealthCheck> Schema { get; } =
        new Schema<HttpHealthCheck>("HTTPHealthCheckConfig", () => new HttpHealthCheck())
            .Field("path", Codecs.Text, x => x.Path, (x, v) => x with { Path = v })
            .Field("port", Codecs.Port, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("host", Codecs.Text, x => x.Host, (x, v) => x with { Host = v })
            .Field("scheme", Codecs.Text, x => x.Scheme, (x, v) => x with { Scheme = v })
            .Field("httpHeaders", Codecs.List(HttpProbeHeader.Schema),
                x => x.HttpHeaders, (x, v) => x with { HttpHeaders = v })
            .AcceptSnakeCase();
}
