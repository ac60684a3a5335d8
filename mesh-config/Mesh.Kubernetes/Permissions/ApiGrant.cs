using System.Collections.Immutable;

namespace Mesh.Kubernetes.Permissions;

/// <summary>Verbs on a resource that some part of the code uses.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Resource">Plural, with <c>/SUBRESOURCE</c> for a part of it.</param>
/// <param name="Verbs">Lower case, as RBAC writes them.</param>
/// <param name="Role">Name of the role in manifests/rbac that grants it.</param>
/// <param name="Purpose">What it is for.</param>
public sealed record ApiGrant(string Group, string Resource, ImmutableArray<string> Verbs, GrantScope Scope, string Role, string Purpose);
