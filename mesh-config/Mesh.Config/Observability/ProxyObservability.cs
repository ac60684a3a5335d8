using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.MeshWide;
using Mesh.Config.Resources.Observability;

namespace Mesh.Config.Observability;

/// <summary>What one side of a proxy logs, counts and traces: MeshConfig, then the Telemetry of the mesh, of its namespace and of its workload.</summary>
/// <remarks>Source: Istio, "Telemetry API: scope, inheritance and overrides"; istio pilot/pkg/model/telemetry.go.</remarks>
public sealed record ProxyObservability
{
    private const string DefaultRootNamespace = "istio-system";

    private static readonly MeshConfig NoConfig = new();

    public static ProxyObservability Default { get; } = new();

    /// <summary>Null: no access log is asked for.</summary>
    public AccessLogSink? AccessLog { get; init; }

    /// <summary>Null: no Telemetry speaks of access logs.</summary>
    public bool? AccessLogWanted { get; init; }

    /// <summary>A CEL expression of what is logged; empty: everything.</summary>
    public string AccessLogFilter { get; init; } = "";

    /// <summary>Null: nobody to send traces to is named.</summary>
    public TraceCollector? Collector { get; init; }

    /// <summary>Next hops read B3, as Zipkin's do.</summary>
    public bool WritesB3 { get; init; }

    /// <summary>0 to 100; null: nothing says.</summary>
    public double? TraceSamplingPercent { get; init; }

    /// <summary>Traces are passed on, but this proxy reports nothing of its own.</summary>
    public bool SpansDisabled { get; init; }

    /// <summary>False: the next hop is not told of the trace.</summary>
    public bool PropagatesTraces { get; init; } = true;

    public bool SamplesByRequestId { get; init; } = true;

    public bool HasIstioTags { get; init; } = true;

    /// <summary>Characters of a path in <c>http.url</c>.</summary>
    public int LongestPath { get; init; } = 256;

    /// <summary>Further tags of spans.</summary>
    public ImmutableSortedDictionary<string, TracingTag> TraceTags { get; init; } = ImmutableSortedDictionary<string, TracingTag>.Empty;

    /// <summary>Istio's <c>tracingServiceName</c>; null: its default.</summary>
    public string? TracingServiceName { get; init; }

    /// <summary>Changes to metrics, in the order in which they are made.</summary>
    public ImmutableArray<MetricsOverride> MetricsOverrides { get; init; } = [];

    /// <summary>What of all this cannot be carried out, each with its place and a remedy.</summary>
    public ImmutableArray<Diagnostic> Problems { get; init; } = [];

    /// <summary>Where <see cref="AccessLog"/> stands.</summary>
    public ConfigPlace AccessLogPlace { get; init; } = ConfigPlace.None;

    /// <summary>Where <see cref="AccessLogFilter"/> stands.</summary>
    public ConfigPlace FilterPlace { get; init; } = ConfigPlace.None;

    /// <summary>Where <see cref="TraceTags"/> stand.</summary>
    public ConfigPlace TagsPlace { get; init; } = ConfigPlace.None;

    /// <param name="isClient">The side that calls; gateways are that.</param>
    public static ProxyObservability Of(MeshSnapshot snapshot, ProxyScope scope, bool isClient)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(scope);
        var map = snapshot.Objects<ConfigMap>()
            .Where(item => item.Cluster == scope.Cluster && item.Object.Metadata.Name == "istio")
            .Select(item => item.Object)
            .FirstOrDefault(item => item.MeshConfig is not null);
        var mesh = map?.MeshConfig ?? NoConfig;
        var providers = new TelemetryProviders(mesh);
        var result = OfMesh(mesh, providers, map is null ? ConfigPlace.None : ConfigPlace.Of(map));
        var root = mesh.RootNamespace.Length > 0 ? mesh.RootNamespace : DefaultRootNamespace;
        foreach (var telemetry in TelemetryLevels.Of(snapshot, scope, root)) result = result.With(telemetry, providers, isClient);
        return result;
    }

    /// <summary>By value, so that a follower knows whether anything changed.</summary>
    public bool Says(ProxyObservability? other) => other is not null
        && this with { Problems = [], MetricsOverrides = [] } == other with { Problems = [], MetricsOverrides = [] }
        && MetricsOverrides.SequenceEqual(other.MetricsOverrides) && Problems.SequenceEqual(other.Problems);

    private static ProxyObservability OfMesh(MeshConfig mesh, TelemetryProviders providers, ConfigPlace place)
    {
        var tracing = mesh.DefaultConfig?.Tracing;
        var result = new ProxyObservability
        {
            AccessLog = mesh.AccessLogFile.Length > 0
                ? new AccessLogSink(mesh.AccessLogFile, mesh.AccessLogEncoding == AccessLogEncoding.Json, mesh.AccessLogFormat)
                : null,
            AccessLogPlace = place.At("accessLogFormat"),
            TagsPlace = place.At("defaultConfig.tracing.customTags"),
            TraceSamplingPercent = tracing?.Sampling,
            TraceTags = tracing?.CustomTags ?? ImmutableSortedDictionary<string, TracingTag>.Empty,
            LongestPath = (int)Math.Min(tracing?.MaxPathTagLength ?? 256, int.MaxValue),
            HasIstioTags = tracing?.EnableIstioTags ?? true,
            TracingServiceName = mesh.DefaultConfig?.TracingServiceName,
        };
        if (mesh.DefaultProviders?.AccessLogging is { IsEmpty: false } logs) result = result.WithLog(logs, providers, place.At("defaultProviders.accessLogging"));
        if (mesh.DefaultProviders?.Tracing is { IsEmpty: false } traces) return result.WithCollector(traces[0], providers, place.At("defaultProviders.tracing"));
        return !mesh.EnableTracing || tracing is null or { Zipkin: "", Lightstep: "", Datadog: "", Stackdriver: "", OpenCensusAgent: "" }
            ? result
            : (result with { WritesB3 = tracing.Zipkin.Length > 0 }).But(
                place.At("defaultConfig.tracing"), "spans go out over OTLP only, so none are sent; name an opentelemetry provider in defaultProviders.tracing");
    }

    private static bool Applies(WorkloadMode mode, bool isClient) =>
        mode == WorkloadMode.ClientAndServer || mode == (isClient ? WorkloadMode.Client : WorkloadMode.Server);

    private ProxyObservability With(Telemetry telemetry, TelemetryProviders providers, bool isClient)
    {
        var (spec, place) = (telemetry.Spec, ConfigPlace.Of(telemetry));
        var result = this;
        for (var i = 0; i < spec.Tracing.Length; i++)
            if (Applies(spec.Tracing[i].Match?.Mode ?? default, isClient)) result = result.With(spec.Tracing[i], providers, place.At($"tracing[{i}]"));
        result = result.WithLogs(spec.AccessLogging, providers, isClient, place);
        var overrides = spec.Metrics.SelectMany(metrics => metrics.Overrides).Where(item => Applies(item.Match?.Mode ?? default, isClient));
        return result with { MetricsOverrides = [.. result.MetricsOverrides, .. overrides] };
    }

    private ProxyObservability With(TracingSpec tracing, TelemetryProviders providers, ConfigPlace place)
    {
        var result = this with
        {
            TraceSamplingPercent = tracing.RandomSamplingPercentage ?? TraceSamplingPercent,
            SpansDisabled = tracing.DisableSpanReporting ?? SpansDisabled,
            PropagatesTraces = tracing.DisableContextPropagation is { } isOff ? !isOff : PropagatesTraces,
            SamplesByRequestId = tracing.UseRequestIdForTraceSampling ?? SamplesByRequestId,
            HasIstioTags = tracing.EnableIstioTags ?? HasIstioTags,
            TraceTags = tracing.CustomTags.Count > 0 ? tracing.CustomTags : TraceTags,
            TagsPlace = tracing.CustomTags.Count > 0 ? place.At($"{place.Field}.customTags") : TagsPlace,
        };
        return tracing.Providers.IsEmpty ? result : result.WithCollector(tracing.Providers[0].Name, providers, place.At($"{place.Field}.providers"));
    }

    private ProxyObservability WithCollector(string name, TelemetryProviders providers, ConfigPlace place)
    {
        var provider = providers.Find(name);
        var collector = providers.CollectorOf(name, out var problem);
        var result = this with
        {
            Collector = collector,
            WritesB3 = provider?.Zipkin.Length > 0,
            LongestPath = provider?.Opentelemetry?.MaxTagLength is { } longest ? (int)Math.Min(longest, int.MaxValue) : LongestPath,
        };
        return collector is null ? result.But(place, problem) : result;
    }

    private ProxyObservability WithLogs(
        ImmutableArray<AccessLoggingSpec> all, TelemetryProviders providers, bool isClient, ConfigPlace place)
    {
        var logging = all.Where(item => Applies(item.Match?.Mode ?? default, isClient)).ToList();
        if (logging.Count == 0) return this;
        if (logging.Find(item => item.Disabled != true) is not { } enabled) return this with { AccessLogWanted = false, AccessLogFilter = "" };
        var result = this with { AccessLogWanted = true };
        if (enabled.Filter is { } filter) result = result with { AccessLogFilter = filter.Expression, FilterPlace = place.At("accessLogging.filter.expression") };
        ImmutableArray<string> names = [.. logging.Where(item => item.Disabled != true).SelectMany(item => item.Providers).Select(item => item.Name)];
        if (!names.IsEmpty) return result.WithLog(names, providers, place.At("accessLogging.providers"));
        return result.AccessLog is not null ? result : result.WithLog(["envoy"], providers, place.At("accessLogging"));
    }

    private ProxyObservability WithLog(ImmutableArray<string> names, TelemetryProviders providers, ConfigPlace place)
    {
        var result = this with { AccessLog = null, AccessLogPlace = place };
        foreach (var name in names.Distinct())
        {
            if (providers.SinkOf(name, out var problem) is not { } sink) result = result.But(place, problem);
            else if (result.AccessLog is null) result = result with { AccessLog = sink };
            else result = result.But(place, $"one access log is written, so \"{name}\" gets nothing; name one provider");
        }

        return result;
    }

    private ProxyObservability But(ConfigPlace place, string problem) => this with { Problems = Problems.Add(place.Warning(problem)) };
}
