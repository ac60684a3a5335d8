using System.Collections.Frozen;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Resources.Observability;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Resources;

/// <summary>All kinds that are read; everything else is skipped with a note.</summary>
internal static class ResourceKinds
{
    private static readonly ResourceKind[] All =
    [
        Namespace.Definition,
        Node.Definition,
        Pod.Definition,
        Service.Definition,
        EndpointSlice.Definition,
        Secret.Definition,
        ConfigMap.Definition,
        Gateway.Definition,
        VirtualService.Definition,
        DestinationRule.Definition,
        ServiceEntry.Definition,
        WorkloadEntry.Definition,
        WorkloadGroup.Definition,
        Sidecar.Definition,
        ProxyConfig.Definition,
        PeerAuthentication.Definition,
        RequestAuthentication.Definition,
        AuthorizationPolicy.Definition,
        Telemetry.Definition,
        GatewayClass.Definition,
        GatewayApiGateway.Definition,
        GatewayApiHttpRoute.Definition,
        GatewayApiGrpcRoute.Definition,
        GatewayApiTlsRoute.Definition,
        ReferenceGrant.Definition,
    ];

    private static readonly FrozenDictionary<(string Group, string Kind), ResourceKind> ByName =
        All.ToFrozenDictionary(kind => (kind.Group, kind.Kind));

    /// <summary>Kind names that other API groups use too; there a foreign group is no mistake.</summary>
    private static readonly FrozenSet<string> Ambiguous =
        new[] { "Gateway", "Service", "Namespace", "Node", "Pod", "Secret", "ConfigMap" }.ToFrozenSet(StringComparer.Ordinal);

    public static IReadOnlyList<ResourceKind> Kinds => All;

    public static IEnumerable<string> Names => All.Select(kind => kind.Kind);

    public static ResourceKind? Find(string group, string kind) => ByName.GetValueOrDefault((group, kind));

    public static ResourceKind Of(MeshObject value)
    {
        var key = ObjectKey.Of(value);
        return Find(key.Group, key.Kind)
               ?? throw new ArgumentException($"{value.ApiVersion} {value.Kind} is not a kind that can be written");
    }

    /// <summary>The kind that <paramref name="group"/> was probably meant to be of, or null when it is simply foreign.</summary>
    public static ResourceKind? FindMeant(string group, string kind)
    {
        var candidate = Array.Find(All, known => known.Kind == kind);
        if (candidate is null) return null;
        var isIstio = group.EndsWith("istio.io", StringComparison.Ordinal);
        return Ambiguous.Contains(kind) && group.Length > 0 && !isIstio ? null : candidate;
    }
}
