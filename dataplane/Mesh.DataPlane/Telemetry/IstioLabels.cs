using System.Collections.Immutable;
using System.Globalization;
using Mesh.DataPlane.Identity;

namespace Mesh.DataPlane.Telemetry;

/// <summary>Renders the labels of Istio's standard metrics, in its order.</summary>
/// <remarks>Source: Istio, "Standard Metrics"; istio/proxy istio_stats, which falls back in the same way.</remarks>
internal static class IstioLabels
{
    private const string Unknown = "unknown";
    private const string Latest = "latest";

    public static ImmutableArray<(string Name, string Value)> Of(CallParties call, string protocol, int? code, int? grpcStatus, string flags)
    {
        List<(string, string)> labels = [("reporter", call.Reporter == MetricReporter.Source ? "source" : "destination")];
        AddSource(labels, call);
        AddDestination(labels, call);
        labels.Add(("request_protocol", protocol));
        if (code is { } status)
        {
            labels.Add(("response_code", status.ToString(CultureInfo.InvariantCulture)));
            labels.Add(("grpc_response_status", grpcStatus?.ToString(CultureInfo.InvariantCulture) ?? ""));
        }

        labels.Add(("response_flags", flags));
        labels.Add(("connection_security_policy", call.Reporter == MetricReporter.Source
            ? Unknown
            : call.SourcePrincipal is null ? "none" : "mutual_tls"));
        return [.. labels];
    }

    private static void AddSource(List<(string Name, string Value)> labels, CallParties call)
    {
        var source = call.Source;
        labels.Add(("source_workload", Or(source.Workload, Unknown)));
        labels.Add(("source_canonical_service", Or(source.CanonicalService, Unknown)));
        labels.Add(("source_canonical_revision", Or(source.CanonicalRevision, Latest)));
        labels.Add(("source_workload_namespace", SpaceOf(call.SourcePrincipal, source)));
        labels.Add(("source_principal", call.SourcePrincipal?.ToString() ?? Unknown));
        labels.Add(("source_app", Or(source.App, Unknown)));
        labels.Add(("source_version", Or(source.Version, Unknown)));
        labels.Add(("source_cluster", Or(source.Cluster, Unknown)));
    }

    private static void AddDestination(List<(string Name, string Value)> labels, CallParties call)
    {
        var destination = call.Destination;
        var space = SpaceOf(call.DestinationPrincipal, destination);
        labels.Add(("destination_workload", Or(destination.Workload, Unknown)));
        labels.Add(("destination_workload_namespace", space));
        labels.Add(("destination_principal", call.DestinationPrincipal?.ToString() ?? Unknown));
        labels.Add(("destination_app", Or(destination.App, Unknown)));
        labels.Add(("destination_version", Or(destination.Version, Unknown)));
        labels.Add(("destination_service", Or(call.ServiceHost, Unknown)));
        labels.Add(("destination_canonical_service", Or(destination.CanonicalService, Unknown)));
        labels.Add(("destination_canonical_revision", Or(destination.CanonicalRevision, Latest)));
        labels.Add(("destination_service_name", Or(call.ServiceName, Unknown)));
        labels.Add(("destination_service_namespace", space));
        labels.Add(("destination_cluster", Or(destination.Cluster, Unknown)));
    }

    private static string SpaceOf(SpiffeId? principal, WorkloadMetadata metadata) =>
        Or(principal?.Namespace ?? metadata.Namespace, Unknown);

    private static string Or(string value, string otherwise) => value.Length > 0 ? value : otherwise;
}
