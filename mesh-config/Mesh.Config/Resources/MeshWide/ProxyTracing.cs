using System.Collections.Immutable;
using Mesh.Config.Resources.Observability;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>How proxies trace where no Telemetry names a provider.</summary>
public sealed record ProxyTracing
{
    public string Zipkin { get; init; } = "";
    public string Lightstep { get; init; } = "";
    public string Datadog { get; init; } = "";
    public string Stackdriver { get; init; } = "";
    public string OpenCensusAgent { get; init; } = "";
    public ImmutableSortedDictionary<string, TracingTag> CustomTags { get; init; } =
        ImmutableSortedDictionary<string, TracingTag>.Empty;
    /// <summary>256 when absent.</summary>
    public uint? MaxPathTagLength { get; init; }

    /// <summary>0 to 100; 1 when absent.</summary>
    public double? Sampling { get; init; }

    public string TlsSettings { get; init; } = "";
    /// <summary>True when absent.</summary>
    public bool? EnableIstioTags { get; init; }

    internal static Schema<ProxyTracing> Schema { get; } =
        new Schema<ProxyTracing>("Tracing", () => new ProxyTracing())
            .Field("sampling", Codecs.Optional(Codecs.Double), x => x.Sampling, (x, v) => x with { Sampling = v })
            .Field("zipkin", Codecs.Raw, x => x.Zipkin, (x, v) => x with { Zipkin = v })
            .Field("lightstep", Codecs.Raw, x => x.Lightstep, (x, v) => x with { Lightstep = v })
            .Field("datadog", Codecs.Raw, x => x.Datadog, (x, v) => x with { Datadog = v })
            .Field("stackdriver", Codecs.Raw, x => x.Stackdriver, (x, v) => x with { Stackdriver = v })
            .Field("openCensusAgent", Codecs.Raw, x => x.OpenCensusAgent, (x, v) => x with { OpenCensusAgent = v })
            .Field("customTags", Codecs.Map(TracingTag.Schema), x => x.CustomTags, (x, v) => x with { CustomTags = v })
            .Field("maxPathTagLength", Codecs.Optional(Codecs.UInt), x => x.MaxPathTagLength, (x, v) => x with { MaxPathTagLength = v })
            .Field("tlsSettings", Codecs.Raw, x => x.TlsSettings, (x, v) => x with { TlsSettings = v })
            .Field("enableIstioTags", Codecs.Optional(Codecs.Bool), x => x.EnableIstioTags, (x, v) => x with { EnableIstioTags = v })
            .AcceptSnakeCase();
}
