using Mesh.Config.Resources.MeshWide;

namespace Mesh.Config.Policy.Compilation;

/// <summary>What the meaning of a policy depends on besides its text.</summary>
/// <param name="Namespace">Namespace of the policy.</param>
internal sealed record PolicyContext(string Namespace, TrustDomains TrustDomains, PathNormalizationType Normalization);
