using Mesh.Config.Model;

namespace Mesh.DataPlane.Tests.Upstreams;

public sealed class UpstreamKeyTests
{
    [Fact]
    public void A_changed_key_has_a_name_of_its_own()
    {
        var key = new UpstreamKey("payments.prod.svc.cluster.local", 8080);
        Assert.Equal("outbound|8080||payments.prod.svc.cluster.local", key.ClusterName);

        var changed = key with { Subset = "v1" };

        Assert.Equal("outbound|8080|v1|payments.prod.svc.cluster.local", changed.ClusterName);
        Assert.NotEqual(key, changed);
    }

    [Fact]
    public void Keys_are_equal_by_what_they_name_whatever_they_were_asked()
    {
        var (asked, other) = (new UpstreamKey("a", 1, "v"), new UpstreamKey("a", 1, "v"));
        _ = asked.ClusterName;

        Assert.Equal(asked, other);
        Assert.Equal(asked.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(asked, other with { Port = 2 });
        Assert.NotEqual(asked, other with { Host = "b" });
    }
}
