using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Observability;
using Mesh.Config.Resources.MeshWide;
using Mesh.Hosting.Telemetry;
using OpenTelemetry.Trace;

namespace Mesh.DataPlane.Telemetry;

/// <summary>Sends a proxy's spans where its options or the environment say, else where the configuration does, and follows how it wants them.</summary>
public sealed class TraceReporting : IAsyncDisposable
{
    private readonly RequestTracing tracing;
    private readonly TraceReportingOptions options;
    private TracerProvider? provider;
    private Destination? current;
    private Task closing = Task.CompletedTask;

    public TraceReporting(RequestTracing tracing, TraceReportingOptions options)
    {
        ArgumentNullException.ThrowIfNull(tracing);
        ArgumentNullException.ThrowIfNull(options);
        this.tracing = tracing;
        this.options = options;
    }

    /// <summary>Takes up what the configuration says now; not to be called at the same time as itself.</summary>
    /// <returns>What of it cannot be done, each with its place.</returns>
    public IReadOnlyList<Diagnostic> Follow(ProxyObservability configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var problems = new List<Diagnostic>();
        var target = options.Target ?? (configuration.Collector is { } collector ? TargetOf(collector) : null);
        var wanted = target is null || configuration.SpansDisabled ? null : new Destination(target, NameOf(configuration.TracingServiceName));
        if (wanted != current)
        {
            // What is under way goes to where it began.
            var old = provider;
            provider = wanted is null ? null : OtlpTraces.Start(wanted.Target, wanted.ServiceName, options.Instance, tracing.SourceName);
            current = wanted;
            if (old is not null) closing = CloseAsync(closing, old);
        }

        tracing.Plan = wanted is null ? null : PlanOf(configuration, problems);
        return problems;
    }

    /// <summary>Sends what is still there, for a few seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        tracing.Plan = null;
        if (provider is not null) closing = CloseAsync(closing, provider);
        provider = null;
        await closing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static OtlpTarget TargetOf(TraceCollector collector)
    {
        var address = new UriBuilder(Uri.UriSchemeHttp, collector.Host, collector.Port);
        if (collector.Path is { } path) address.Path = path;
        return new OtlpTarget
        {
            EndPoint = address.Uri,
            IsGrpc = collector.Path is null,
            Timeout = collector.Timeout,
            Headers = string.Join(',', collector.Headers.Select(header => $"{header.Name}={Uri.EscapeDataString(ValueOf(header))}")),
        };
    }

    private static string ValueOf(ProviderHeader header) =>
        header.EnvName.Length > 0 ? Environment.GetEnvironmentVariable(header.EnvName) ?? "" : header.Value;

    /// <summary>Sending what is left may take seconds, which nobody shall wait for.</summary>
    private static async Task CloseAsync(Task before, TracerProvider old)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        old.Dispose();
    }

    private TracingPlan PlanOf(ProxyObservability configuration, List<Diagnostic> problems)
    {
        var tags = ImmutableArray.CreateBuilder<SpanTag>();
        foreach (var (name, tag) in configuration.TraceTags)
        {
            try
            {
                tags.Add(SpanTag.Of(name, tag));
            }
            catch (FormatException error)
            {
                problems.Add(configuration.TagsPlace.Warning($"{name}: {error.Message}; spans go without this tag"));
            }
        }

        return new TracingPlan
        {
            SamplingPercent = configuration.TraceSamplingPercent ?? options.SamplingPercent,
            SamplesByRequestId = configuration.SamplesByRequestId,
            Propagates = configuration.PropagatesTraces,
            WritesB3 = configuration.WritesB3,
            HasIstioTags = configuration.HasIstioTags,
            LongestPath = configuration.LongestPath,
            Tags = tags.ToImmutable(),
        };
    }

    /// <remarks>Source: Istio, "ProxyConfig.TracingServiceName".</remarks>
    private string NameOf(string? rule)
    {
        var own = options.Own;
        return rule switch
        {
            "CANONICAL_NAME_ONLY" => own.CanonicalService,
            "CANONICAL_NAME_AND_NAMESPACE" => $"{own.CanonicalService}.{own.Namespace}",
            _ => $"{(own.App.Length > 0 ? own.App : own.CanonicalService)}.{own.Namespace}",
        };
    }

    private sealed record Destination(OtlpTarget Target, string ServiceName);
}
