using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Telemetry;
using Mesh.DataPlane.Upstreams;
using Mesh.Gateway.Configuration;
using Mesh.Hosting.Health;
using Mesh.Hosting.Metrics;

namespace Mesh.Gateway.Hosting;

/// <summary>Adds what counts, and what shows the counts.</summary>
internal static class TelemetrySetup
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services, GatewaySettings settings)
    {
        var own = WorkloadMetadata.Of(settings.Name, settings.Namespace, settings.Cluster, settings.Labels, settings.Name);
        var nodeId = $"router~{settings.WorkloadAddress}~{settings.Name}.{settings.Namespace}~{settings.Namespace}.svc.cluster.local";
        services.AddSingleton(_ => new PeerExchange(nodeId, own));
        services.AddSingleton(_ => new RequestTracing(own, nodeId, settings.TrustDomain));
        services.AddSingleton(provider => new TraceReporting(
            provider.GetRequiredService<RequestTracing>(),
            new TraceReportingOptions
            {
                Own = own,
                Instance = settings.Name,
                Target = settings.TraceTarget,
                SamplingPercent = settings.TraceSampling,
            }));
        services.AddSingleton(provider => new ProxyTelemetry(new ProxyTelemetryOptions
        {
            Reporter = MetricReporter.Source,
            Own = own,
            OwnId = () => provider.GetRequiredService<IWorkloadIdentity>().Current?.Id,
        }));
        services.AddSingleton(provider => new ObservabilityFollower(
            [(provider.GetRequiredService<ProxyTelemetry>(), true)],
            provider.GetRequiredService<ProxyAccessLog>(),
            provider.GetRequiredService<TraceReporting>(),
            provider.GetRequiredService<ILogger<ObservabilityFollower>>()));
        services.AddSingleton<IMetricSource>(provider => new IstioMetrics([provider.GetRequiredService<ProxyTelemetry>()]));
        services.AddSingleton<IMetricSource>(provider => new UpstreamMetrics(
            [.. provider.GetRequiredService<GatewayRuntime>().Roles.Select(role => role.Balancer.States)],
            [provider.GetRequiredService<UpstreamChannels>()]));
        services.AddSingleton<IMetricSource>(provider =>
        {
            var runtime = provider.GetRequiredService<GatewayRuntime>();
            return new ProxyMetrics(
                provider.GetRequiredService<Readiness>(),
                provider.GetRequiredService<IWorkloadIdentity>(),
                () => runtime.Current,
                () => provider.GetRequiredService<ProxyAccessLog>().Dropped,
                provider.GetRequiredService<TimeProvider>());
        });
        return services;
    }
}
