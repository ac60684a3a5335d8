using Mesh.Payments.Api;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mesh.Payments.Telemetry;

/// <summary>Shows metrics to Prometheus, and sends metrics and traces to a collector where there is one.</summary>
internal static class TelemetrySetup
{
    /// <summary>Where Istio's and Envoy's metrics are found as well.</summary>
    public const string Path = "/stats/prometheus";

    private const string OtlpEndPoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Metrics and traces also go to a collector when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one.</summary>
    /// <param name="name">Of this process, as <c>service.name</c>.</param>
    public static IServiceCollection AddPaymentsTelemetry(this IServiceCollection services, string name)
    {
        var exports = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(OtlpEndPoint));
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(name))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(PaymentsMetrics.Name, "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                    .AddPrometheusExporter(prometheus => prometheus.ScrapeResponseCacheDurationMilliseconds = 0);
                if (exports) metrics.AddOtlpExporter();
            });
        if (exports)
            telemetry.WithTracing(traces => traces.AddSource(PaymentsMetrics.Name, "Microsoft.AspNetCore", "Npgsql").AddOtlpExporter());
        return services;
    }

    /// <summary>Answers <see cref="Path"/> on the admin listener; elsewhere it does not exist.</summary>
    public static IApplicationBuilder UseMetricsEndpoint(this IApplicationBuilder app) =>
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context =>
            context.Request.Path == Path && ListenerRoles.RoleOf(context) == ListenerRole.Admin);
}
