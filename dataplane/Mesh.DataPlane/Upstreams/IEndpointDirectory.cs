using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>
/// All that the data plane knows about destinations, whatever the source: the mesh model's view today, istiod's xDS
/// later. Answers never block; a changed destination is a new <see cref="Upstream"/> instance.
/// </summary>
public interface IEndpointDirectory
{
    /// <summary>False until the first complete state arrived; nothing is served before.</summary>
    bool Synced { get; }

    /// <summary>Null when the destination is unknown.</summary>
    Upstream? Find(UpstreamKey key);

    /// <summary>Raised after any destination changed. Handlers must be quick and must not throw.</summary>
    event Action? Changed;
}
