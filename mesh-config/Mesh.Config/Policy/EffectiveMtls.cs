using Mesh.Config.Model;

namespace Mesh.Config.Policy;

/// <summary>What one workload port demands of connections, and why.</summary>
/// <param name="Mode">Whether plain text, mTLS or both are accepted.</param>
/// <param name="Reason">The PeerAuthentication that decided, or that there is none.</param>
public sealed record EffectiveMtls(MtlsMode Mode, string Reason);
