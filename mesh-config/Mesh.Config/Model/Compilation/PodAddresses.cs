using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Mesh.Config.Resources.Core;

namespace Mesh.Config.Model.Compilation;

/// <summary>Addresses of Pods that have one in each IP family.</summary>
/// <remarks>Source: Kubernetes, "IPv4/IPv6 dual-stack"; istio pilot/pkg/serviceregistry/kube/controller/endpointslice.go.</remarks>
internal static class PodAddresses
{
    /// <summary>What Kubernetes would put into the slices of a Service: an address of each of its families.</summary>
    public static ImmutableArray<string> Of(Pod pod, Service service)
    {
        if (pod.Status is not { } status) return [];
        ImmutableArray<string> all =
            [.. status.PodIPs.Select(ip => ip.Ip).Prepend(status.PodIP).Where(ip => ip.Length > 0).Distinct(StringComparer.Ordinal)];
        // A Service that does not say has the family of the cluster, as the first address of every Pod has.
        return service.Spec.IpFamilies.IsEmpty
            ? [.. all.Take(1)]
            : [.. service.Spec.IpFamilies.SelectMany(family => all.Where(address => FamilyOf(address) == family).Take(1))];
    }

    /// <summary>Slices of a Service, those of its first family first.</summary>
    public static IEnumerable<EndpointSlice> InOrder(IEnumerable<EndpointSlice> slices, Service service) => slices
        .OrderBy(slice => service.Spec.IpFamilies.IndexOf(slice.AddressType))
        .ThenBy(slice => slice.AddressType, StringComparer.Ordinal);

    /// <summary>
    /// Endpoints where a workload that has an address of each family is there once, by the one that comes first: as two
    /// endpoints it would get twice its share.
    /// </summary>
    public static IEnumerable<MeshEndpoint> Merge(IEnumerable<MeshEndpoint> endpoints) => endpoints
        .GroupBy(endpoint => (endpoint.Cluster, endpoint.Namespace, endpoint.Workload, endpoint.Port))
        .SelectMany(IEnumerable<MeshEndpoint> (group) => group.Key.Workload.Length == 0 ? group : MergeOne([.. group]));

    private static MeshEndpoint[] MergeOne(MeshEndpoint[] sameWorkload)
    {
        // Another address of the same family is something else; no address at all is behind a gateway.
        var families = sameWorkload.DistinctBy(endpoint => FamilyOf(endpoint.Address)).ToArray();
        if (families.Length != 2 || sameWorkload.DistinctBy(endpoint => endpoint.Address).Count() != 2) return sameWorkload;
        return [families[0] with { OtherAddresses = [families[1].Address] }];
    }

    private static string FamilyOf(string address) =>
        !IPAddress.TryParse(address, out var ip) ? ""
        : ip.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6"
        : "IPv4";
}
