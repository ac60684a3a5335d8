using System.Collections.Immutable;

namespace Mesh.Config.Model.Compilation;

/// <summary>One port of a service with all endpoints of all clusters, ordered by address.</summary>
internal sealed record CompiledPort(ServicePortInfo Info, ImmutableArray<MeshEndpoint> Endpoints);
