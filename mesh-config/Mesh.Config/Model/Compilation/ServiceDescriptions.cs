using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model.Compilation;

/// <summary>What Services and ServiceEntries say about themselves, and the health of slice endpoints.</summary>
/// <remarks>Source: istio pkg/config/kube and pilot/pkg/serviceregistry/{kube,serviceentry}/conversion.go.</remarks>
internal static class ServiceDescriptions
{
    public static ServiceTraits Of(Service service, ObjectMeta? space)
    {
        var isAlias = service.Spec.Type == "ExternalName";
        var isHeadless = !isAlias && service.Spec.ClusterIP == "None";
        return new ServiceTraits
        {
            IsKubernetes = true,
            Created = service.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue,
            Discovery = isAlias ? EndpointDiscovery.Dns
                : isHeadless ? EndpointDiscovery.OriginalDestination
                : EndpointDiscovery.Endpoints,
            IsHeadless = isHeadless,
            AliasOf = isAlias ? service.Spec.ExternalName.TrimEnd('.').ToLowerInvariant() : "",
            MeshExternal = isAlias,
            IsNodeLocal = service.Spec.InternalTrafficPolicy == "Local",
            KeepsDraining = service.Metadata.Labels.ContainsKey(TopologyLabels.PersistentSession),
            Distribution = TrafficDistributions.Of(service.Spec.TrafficDistribution, service.Metadata, space),
            ExportTo = service.Metadata.Annotations.TryGetValue(TopologyLabels.ExportTo, out var exportTo)
                ? [.. exportTo.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
                : [],
        };
    }

    public static ServiceTraits Of(ServiceEntry entry, ObjectMeta? space) => new()
    {
        Created = entry.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue,
        Discovery = entry.Spec.Resolution switch
        {
            ServiceEntryResolution.None => EndpointDiscovery.OriginalDestination,
            ServiceEntryResolution.Dns => EndpointDiscovery.Dns,
            ServiceEntryResolution.DnsRoundRobin => EndpointDiscovery.DnsRoundRobin,
            ServiceEntryResolution.DynamicDns => EndpointDiscovery.DynamicDns,
            _ => EndpointDiscovery.Endpoints,
        },
        MeshExternal = entry.Spec.Location == ServiceEntryLocation.MeshExternal,
        KeepsDraining = entry.Metadata.Labels.ContainsKey(TopologyLabels.PersistentSession),
        Distribution = TrafficDistributions.Of("", entry.Metadata, space),
        ExportTo = entry.Spec.ExportTo,
    };

    /// <summary>Null for an endpoint that is gone for everybody.</summary>
    public static EndpointHealth? HealthOf(Service service, SliceConditions? conditions)
    {
        if (conditions?.Ready is null or true) return EndpointHealth.Healthy;
        // Serving, but shutting down: only clients that have a session with it still go there.
        if (conditions is { Serving: null or true, Terminating: true })
            return service.Metadata.Labels.ContainsKey(TopologyLabels.PersistentSession) ? EndpointHealth.Draining : null;
        if (conditions.Terminating == true) return null;
        return service.Spec.PublishNotReadyAddresses ? EndpointHealth.Healthy : EndpointHealth.Unhealthy;
    }
}
