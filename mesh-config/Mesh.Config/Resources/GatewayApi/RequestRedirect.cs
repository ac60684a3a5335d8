using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Answers with a redirect.</summary>
public sealed record RequestRedirect
{
    public string Scheme { get; init; } = "";
    public string Hostname { get; init; } = "";
    public PathModifier? Path { get; init; }
    public int? Port { get; init; }

    /// <summary>Absent means 302.</summary>
    public int? StatusCode { get; init; }

    internal static Schema<RequestRedirect> Schema { get; } =
        new Schema<RequestRedirect>("HTTPRequestRedirectFilter", () => new RequestRedirect())
            .Field("scheme", Codecs.Text, x => x.Scheme, (x, v) => x with { Scheme = v })
            .Field("hostname", Codecs.Text, x => x.Hostname, (x, v) => x with { Hostname = v })
            .Message("path", PathModifier.Schema, x => x.Path, (x, v) => x with { Path = v })
            .Field("port", Codecs.Optional(Codecs.Port), x => x.Port, (x, v) => x with { Port = v })
            .Field("statusCode", Codecs.Optional(Codecs.Int), x => x.StatusCode, (x, v) => x with { StatusCode = v });
}
