using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>A service that policies and Telemetry name: an authorizer, a tracer, a log or metrics sink.</summary>
public sealed record ExtensionProvider
{
    public string Name { get; init; } = "";
    public HttpAuthorizer? EnvoyExtAuthzHttp { get; init; }
    public GrpcAuthorizer? EnvoyExtAuthzGrpc { get; init; }
    public string Zipkin { get; init; } = "";
    public string Lightstep { get; init; } = "";
    public string Datadog { get; init; } = "";
    public string Stackdriver { get; init; } = "";
    public string Opencensus { get; init; } = "";
    public string Skywalking { get; init; } = "";
    public OpenTelemetryProvider? Opentelemetry { get; init; }
    public string Prometheus { get; init; } = "";
    public FileAccessLogProvider? EnvoyFileAccessLog { get; init; }
    public string EnvoyHttpAls { get; init; } = "";
    public string EnvoyTcpAls { get; init; } = "";
    public string EnvoyOtelAls { get; init; } = "";
    public string Sds { get; init; } = "";

    internal static Schema<ExtensionProvider> Schema { get; } =
        new Schema<ExtensionProvider>("MeshConfig.ExtensionProvider", () => new ExtensionProvider())
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Message("envoyExtAuthzHttp", HttpAuthorizer.Schema,
                x => x.EnvoyExtAuthzHttp, (x, v) => x with { EnvoyExtAuthzHttp = v })
            .Message("envoyExtAuthzGrpc", GrpcAuthorizer.Schema,
                x => x.EnvoyExtAuthzGrpc, (x, v) => x with { EnvoyExtAuthzGrpc = v })
            .Field("zipkin", Codecs.Raw, x => x.Zipkin, (x, v) => x with { Zipkin = v })
            .Field("lightstep", Codecs.Raw, x => x.Lightstep, (x, v) => x with { Lightstep = v })
            .Field("datadog", Codecs.Raw, x => x.Datadog, (x, v) => x with { Datadog = v })
            .Field("stackdriver", Codecs.Raw, x => x.Stackdriver, (x, v) => x with { Stackdriver = v })
            .Field("opencensus", Codecs.Raw, x => x.Opencensus, (x, v) => x with { Opencensus = v })
            .Field("skywalking", Codecs.Raw, x => x.Skywalking, (x, v) => x with { Skywalking = v })
            .Message("opentelemetry", OpenTelemetryProvider.Schema,
                x => x.Opentelemetry, (x, v) => x with { Opentelemetry = v })
            .Field("prometheus", Codecs.Raw, x => x.Prometheus, (x, v) => x with { Prometheus = v })
            .Message("envoyFileAccessLog", FileAccessLogProvider.Schema,
                x => x.EnvoyFileAccessLog, (x, v) => x with { EnvoyFileAccessLog = v })
            .Field("envoyHttpAls", Codecs.Raw, x => x.EnvoyHttpAls, (x, v) => x with { EnvoyHttpAls = v })
            .Field("envoyTcpAls", Codecs.Raw, x => x.EnvoyTcpAls, (x, v) => x with { EnvoyTcpAls = v })
            .Field("envoyOtelAls", Codecs.Raw, x => x.EnvoyOtelAls, (x, v) => x with { EnvoyOtelAls = v })
            .Field("sds", Codecs.Raw, x => x.Sds, (x, v) => x with { Sds = v })
            .AcceptSnakeCase()
            .OneOf("envoyExtAuthzHttp", "envoyExtAuthzGrpc", "zipkin", "lightstep", "datadog", "stackdriver",
                "opencensus", "skywalking", "opentelemetry", "prometheus", "envoyFileAccessLog", "envoyHttpAls", "envoyTcpAls",
                "envoyOtelAls", "sds");
}
