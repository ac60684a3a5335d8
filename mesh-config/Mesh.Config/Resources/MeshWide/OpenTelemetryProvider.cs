using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>A collector that takes traces over OTLP.</summary>
public sealed record OpenTelemetryProvider
{
    /// <summary><c>host</c> or <c>namespace/host</c>.</summary>
    public string Service { get; init; } = "";

    public int Port { get; init; }
    /// <summary>Of the path in <c>http.url</c>; 256 when absent.</summary>
    public uint? MaxTagLength { get; init; }

    public OpenTelemetryHttp? Http { get; init; }
    public OpenTelemetryGrpc? Grpc { get; init; }
    public string ResourceDetectors { get; init; } = "";
    public string DynatraceSampler { get; init; } = "";
    public string ServiceAttributeEnrichment { get; init; } = "";

    internal static Schema<OpenTelemetryProvider> Schema { get; } =
        new Schema<OpenTelemetryProvider>("MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider", () => new OpenTelemetryProvider())
            .Field("service", Codecs.Text, x => x.Service, (x, v) => x with { Service = v }, required: true)
            .Field("port", Codecs.Port, x => x.Port, (x, v) => x with { Port = v }, required: true)
            .Field("maxTagLength", Codecs.Optional(Codecs.UInt), x => x.MaxTagLength, (x, v) => x with { MaxTagLength = v })
            .Message("http", OpenTelemetryHttp.Schema, x => x.Http, (x, v) => x with { Http = v })
            .Message("grpc", OpenTelemetryGrpc.Schema, x => x.Grpc, (x, v) => x with { Grpc = v })
            .Field("resourceDetectors", Codecs.Raw, x => x.ResourceDetectors, (x, v) => x with { ResourceDetectors = v })
            .Field("dynatraceSampler", Codecs.Raw, x => x.DynatraceSampler, (x, v) => x with { DynatraceSampler = v })
            .Field("serviceAttributeEnrichment", Codecs.Text, x => x.ServiceAttributeEnrichment, (x, v) => x with { ServiceAttributeEnrichment = v })
            .AcceptSnakeCase()
            .OneOf("http", "grpc");
}
