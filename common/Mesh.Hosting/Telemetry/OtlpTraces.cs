using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mesh.Hosting.Telemetry;

/// <summary>How every process of the mesh names itself in traces and sends them to a collector.</summary>
public static class OtlpTraces
{
    /// <summary>
    /// Says who reports. <c>OTEL_SERVICE_NAME</c> and <c>OTEL_RESOURCE_ATTRIBUTES</c> have precedence over <paramref name="serviceName"/>.
    /// </summary>
    /// <param name="instance">Tells processes of one service apart.</param>
    public static ResourceBuilder AddProcess(this ResourceBuilder resource, string serviceName, string instance)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.AddService(serviceName, serviceInstanceId: instance, autoGenerateServiceInstanceId: false)
            .AddTelemetrySdk().AddEnvironmentVariableDetector();
    }

    /// <summary>Sends spans to <paramref name="target"/>, in batches.</summary>
    public static TracerProviderBuilder AddOtlpExporter(this TracerProviderBuilder traces, OtlpTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return traces.AddOtlpExporter(exporter =>
        {
            exporter.Protocol = target.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
            exporter.Endpoint = target.EndPoint;
            exporter.Headers = target.Headers;
            if (target.Timeout is { } timeout) exporter.TimeoutMilliseconds = (int)timeout.TotalMilliseconds;
        });
    }

    /// <summary>Reports whatever <paramref name="source"/> makes; who makes spans has decided which. Disposing sends the rest.</summary>
    /// <param name="source">Name of an activity source.</param>
    public static TracerProvider Start(OtlpTarget target, string serviceName, string instance, string source) =>
        Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.Clear().AddProcess(serviceName, instance))
            .SetSampler(new AlwaysOnSampler())
            .AddSource(source)
            .AddOtlpExporter(target)
            .Build();
}
