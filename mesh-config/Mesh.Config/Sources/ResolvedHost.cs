using System.Collections.Immutable;
using Mesh.Config.Resources;

namespace Mesh.Config.Sources;

/// <summary>
/// What DNS says about a host name that the mesh needs as an address. It comes from a source like every other object, so
/// that the model stays a function of its objects; it is no Kubernetes resource.
/// </summary>
public sealed record ResolvedHost : MeshObject
{
    internal const string Version = "mesh.internal/v1";

    /// <summary>IPv4 or IPv6 texts, ordered; never empty.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    internal static ResolvedHost Of(string host, ImmutableArray<string> addresses) => new()
    {
        ApiVersion = Version,
        Kind = nameof(ResolvedHost),
        Metadata = new ObjectMeta { Name = host },
        Addresses = addresses,
    };
}
