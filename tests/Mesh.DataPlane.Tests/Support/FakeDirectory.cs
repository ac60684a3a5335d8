using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams;

namespace Mesh.DataPlane.Tests.Support;

public sealed class FakeDirectory : IEndpointDirectory
{
    private readonly Dictionary<UpstreamKey, Upstream> upstreams = [];

    public event Action? Changed;

    public bool Synced => true;

    public Upstream? Find(UpstreamKey key) => upstreams.GetValueOrDefault(key);

    public void Set(Upstream upstream)
    {
        upstreams[upstream.Key] = upstream;
        Changed?.Invoke();
    }
}
