using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Routing rules of some hosts.</summary>
public sealed record VirtualServiceSpec
{
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Empty means <c>mesh</c>.</summary>
    public ImmutableArray<string> Gateways { get; init; } = [];

    public ImmutableArray<HttpRouteSpec> Http { get; init; } = [];
    public ImmutableArray<TlsRouteSpec> Tls { get; init; } = [];
    public ImmutableArray<TcpRouteSpec> Tcp { get; init; } = [];
    public ImmutableArray<string> ExportTo { get; init; } = [];

    internal static Schema<VirtualServiceSpec> Schema { get; } =
        new Schema<VirtualServiceSpec>("VirtualService", () => new VirtualServiceSpec())
            .Field("hosts", Codecs.List(Codecs.Text), x => x.Hosts, (x, v) => x with { Hosts = v })
            .Field("gateways", Codecs.List(Codecs.Text), x => x.Gateways, (x, v) => x with { Gateways = v })
            .Field("http", Codecs.List(HttpRouteSpec.Schema), x => x.Http, (x, v) => x with { Http = v })
            .Field("tls", Codecs.List(TlsRouteSpec.Schema), x => x.Tls, (x, v) => x with { Tls = v })
            .Field("tcp", Codecs.List(TcpRouteSpec.Schema), x => x.Tcp, (x, v) => x with { Tcp = v })
            .Field("exportTo", Codecs.List(Codecs.Text), x => x.ExportTo, (x, v) => x with { ExportTo = v })
            .AcceptSnakeCase();
}
