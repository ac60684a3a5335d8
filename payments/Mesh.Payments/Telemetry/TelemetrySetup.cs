using Mesh.Hosting.Telemetry;
using Mesh.Payments.Api;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Mesh.Payments.Telemetry;

/// <summary>Shows metrics to Prometheus, and sends metrics and traces to a collector where there is one.</summary>
internal static class TelemetrySetup
{
    /// <summary>Where Istio's and Envoy's metrics are found as well.</summary>
    public const string Path = "/stats/prometheus";

    /// <summary>Metrics and traces also go to a collector when OpenTelemetry's standard variables name one.</summary>
    /// <param name="name">Of this process.</param>
    public static IServiceCollection AddPaymentsTelemetry(this IServiceCollection services, string name)
    {
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddProcess(name, name))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(PaymentsMetrics.Name, "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                    .AddPrometheusExporter(prometheus => prometheus.ScrapeResponseCacheDurationMilliseconds = 0);
                if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"))) metrics.AddOtlpExporter();
            });
        if (OtlpTarget.FromEnvironment(Environment.GetEnvironmentVariable) is { } target)
            telemetry.WithTracing(traces => traces.AddSource(PaymentsMetrics.Name, "Mesh.Payments.Messaging", "Microsoft.AspNetCore", "Npgsql").AddOtlpExporter(target));
        return services;
    }

    /// <summary>Answers <see cref="Path"/> on the admin listener; elsewhere it does not exist.</summary>
    public static IApplicationBuilder UseMetricsEndpoint(this IApplicationBuilder app) =>
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context =>
            context.Request.Path == Path && ListenerRoles.RoleOf(context) == ListenerRole.Admin);
}
