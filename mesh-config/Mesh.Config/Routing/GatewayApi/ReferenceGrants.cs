using System.Collections.Immutable;
using Mesh.Config.Resources;
using Mesh.Config.Resources.GatewayApi;

namespace Mesh.Config.Routing.GatewayApi;

/// <summary>Whether a namespace lets an object of another one refer to what it has.</summary>
/// <remarks>Source: Gateway API, ReferenceGrant.</remarks>
internal static class ReferenceGrants
{
    private const string Group = "gateway.networking.k8s.io";

    /// <param name="grants">Of the namespace that has the target.</param>
    /// <param name="from">A Gateway or route.</param>
    /// <param name="kind">Of the core group.</param>
    public static bool Allow(ImmutableArray<ReferenceGrant> grants, MeshObject from, string kind, string name) =>
        grants.Any(grant =>
            grant.Spec.From.Any(source =>
                source.Group == Group && source.Kind == from.Kind && source.Namespace == from.Metadata.Namespace)
            && grant.Spec.To.Any(to => to.Group.Length == 0 && to.Kind == kind && (to.Name.Length == 0 || to.Name == name)));
}
