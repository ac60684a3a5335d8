using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Kubernetes.Api;

/// <summary>An object as it came.</summary>
/// <param name="Object">Null when it has errors; then the findings say which.</param>
internal sealed record ApiItem(ObjectKey Key, string ResourceVersion, MeshObject? Object, ImmutableArray<Diagnostic> Findings);
