using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>Condition on service and method; one of them may be absent.</summary>
public sealed record GrpcMethodMatch
{
    public ValueMatchType Type { get; init; }
    public string Service { get; init; } = "";
    public string Method { get; init; } = "";

    internal static Schema<GrpcMethodMatch> Schema { get; } =
        new Schema<GrpcMethodMatch>("GRPCMethodMatch", () => new GrpcMethodMatch())
            .Field("type", Codecs.Names<ValueMatchType>(), x => x.Type, (x, v) => x with { Type = v })
            .Field("service", Codecs.Text, x => x.Service, (x, v) => x with { Service = v })
            .Field("method", Codecs.Text, x => x.Method, (x, v) => x with { Method = v });
}
