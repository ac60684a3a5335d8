using Mesh.Config.Model;

namespace Mesh.DataPlane.Upstreams;

/// <summary>Serves destinations out of the latest view of the mesh model.</summary>
public sealed class ViewEndpointDirectory : IEndpointDirectory
{
    private MeshView? view;

    public event Action? Changed;

    /// <summary>The view answers come from; null before the first.</summary>
    public MeshView? View => Volatile.Read(ref view);

    public bool Synced => View is not null;

    public Upstream? Find(UpstreamKey key) => View?.FindUpstream(key);

    /// <summary>Replaces the view. Give only views of synced snapshots.</summary>
    public void Update(MeshView next)
    {
        ArgumentNullException.ThrowIfNull(next);
        Volatile.Write(ref view, next);
        Changed?.Invoke();
    }
}
