using Mesh.Kubernetes.Tests.Support;

namespace Mesh.Kubernetes.Tests.Remote;

public sealed class RemoteClustersTests
{
    [Fact]
    public async Task Clusters_of_secrets_are_read_before_the_mesh_counts_as_synced()
    {
        await using var mesh = Mesh(out var b);
        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 2), ("own", 3)));
        b.GoDown();
        mesh.Start();
        await mesh.Eventually(() => mesh.Has("KubeUnreachable"), "the remote cluster is tried");
        Assert.False(mesh.Model.Current.Synced);

        b.ComeBack();
        await mesh.Synced();

        Assert.Equal(["10.0.0.1", "10.1.0.1"], mesh.Endpoints("a"));
        Assert.Equal(["b"], mesh.Clusters.Names);
    }

    [Fact]
    public async Task A_dead_remote_cluster_does_not_hold_up_the_mesh_beyond_the_deadline()
    {
        await using var mesh = Mesh(out var b);
        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 2)));
        b.GoDown();
        mesh.Start(syncDeadline: TimeSpan.FromSeconds(2));

        await mesh.Synced();

        Assert.True(mesh.Has("SourceNotSynced"));
        await mesh.Eventually(() => mesh.Endpoints("a") is ["10.0.0.1"], "the own cluster is served");
    }

    [Fact]
    public async Task A_rotated_secret_takes_over_once_all_is_read_and_never_drops_an_endpoint()
    {
        await using var mesh = Mesh(out var old);
        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 2)));
        mesh.Start();
        await mesh.Synced();
        var gaps = 0;
        mesh.Model.Published += _ => gaps += mesh.Endpoints("a").Contains("10.1.0.1") ? 0 : 1;
        var renewed = mesh.Remotes[3] = new MemoryCluster();
        renewed.Put(Yaml.Service("a", "10.1.0.1"));
        renewed.Put(Yaml.Service("n", "10.1.0.2"));
        renewed.GoDown();

        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 3)));
        await mesh.Eventually(() => mesh.Has("ClusterChanging"), "the change is told");
        old.Put(Yaml.Service("late", "10.1.0.3"));
        await mesh.Eventually(() => mesh.Endpoints("late").Length == 1, "the old credentials still serve");
        renewed.ComeBack();

        await mesh.Eventually(() => mesh.Endpoints("n") is ["10.1.0.2"], "the new ones take over");
        await mesh.Eventually(() => mesh.Endpoints("late") is [], "what only the old ones knew is gone");
        old.GoDown();
        renewed.Put(Yaml.Service("n", "10.1.0.4"));
        await mesh.Eventually(() => mesh.Endpoints("n") is ["10.1.0.4"], "changes come by the new ones");
        Assert.Equal(0, gaps);
    }

    [Fact]
    public async Task Credentials_that_may_read_less_do_not_take_over()
    {
        await using var mesh = Mesh(out _);
        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 2)));
        mesh.Start();
        await mesh.Synced();
        var renewed = mesh.Remotes[3] = new MemoryCluster();
        renewed.Put(Yaml.Service("a", "10.1.0.1"));
        renewed.ForbiddenKinds.Add("EndpointSlice");

        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 3)));
        await mesh.Eventually(() => mesh.Has("KubeForbidden"), "the refusal is told");
        await mesh.Pass(TimeSpan.FromSeconds(100));

        Assert.True(mesh.Has("ClusterChanging"));
        Assert.Equal(["10.0.0.1", "10.1.0.1"], mesh.Endpoints("a"));
    }

    [Fact]
    public async Task A_secret_that_is_made_again_while_nobody_can_see_it_drops_nothing()
    {
        await using var mesh = Mesh(out _);
        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 2)));
        mesh.Start();
        await mesh.Synced();
        var gaps = 0;
        mesh.Model.Published += _ => gaps += mesh.Endpoints("a").Contains("10.1.0.1") ? 0 : 1;

        mesh.Own.Delete("Secret", "istio-system", "remotes");
        await mesh.Eventually(() => mesh.Clusters.SecretOf("b") is null, "the deletion is seen");
        mesh.Own.GoDown();
        await mesh.Eventually(() => mesh.Has("RemotesUnreadable"), "the loss is told", TimeSpan.Zero);
        await mesh.Pass(TimeSpan.FromSeconds(100));
        mesh.Own.Put(Yaml.RemoteSecret("again", ("b", 2)));
        mesh.Own.ComeBack();

        await mesh.Eventually(() => mesh.Clusters.SecretOf("b") == "again", "the new Secret is read", TimeSpan.FromSeconds(1));
        Assert.Equal(0, gaps);
        Assert.Equal(["10.0.0.1", "10.1.0.1"], mesh.Endpoints("a"));
    }

    [Fact]
    public async Task A_secret_that_is_deleted_and_made_again_drops_nothing()
    {
        await using var mesh = Mesh(out _);
        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 2)));
        mesh.Start();
        await mesh.Synced();
        var gaps = 0;
        mesh.Model.Published += _ => gaps += mesh.Endpoints("a").Contains("10.1.0.1") ? 0 : 1;

        mesh.Own.Delete("Secret", "istio-system", "remotes");
        mesh.Time.Advance(TimeSpan.FromSeconds(5));
        mesh.Own.Put(Yaml.RemoteSecret("again", ("b", 2)));

        await mesh.Eventually(() => mesh.Clusters.SecretOf("b") == "again", "the new Secret is read", TimeSpan.Zero);
        await mesh.Pass(TimeSpan.FromSeconds(200));
        Assert.Equal(0, gaps);
        Assert.Equal(["10.0.0.1", "10.1.0.1"], mesh.Endpoints("a"));
    }

    [Fact]
    public async Task A_cluster_whose_secret_stays_away_goes_after_the_grace_time()
    {
        await using var mesh = Mesh(out _);
        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 2)));
        mesh.Start();
        await mesh.Synced();
        var deleted = mesh.Time.GetUtcNow();

        mesh.Own.Delete("Secret", "istio-system", "remotes");
        await mesh.Eventually(() => mesh.Endpoints("a") is ["10.0.0.1"], "the cluster goes", TimeSpan.FromSeconds(1));

        Assert.True(mesh.Time.GetUtcNow() - deleted >= mesh.Options.RemovalGrace);
        Assert.Empty(mesh.Clusters.Names);
    }

    [Fact]
    public async Task A_kubeconfig_that_is_refused_is_told_and_the_one_before_it_stays()
    {
        await using var mesh = Mesh(out _);
        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 2)));
        mesh.Start();
        await mesh.Synced();
        var bad = TestCertificates.Base64(Yaml.Kubeconfig(3, "{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh}}"));

        mesh.Own.Put(Yaml.RemoteSecret("remotes", ("b", 2)).Replace(TestCertificates.Base64(Yaml.Kubeconfig(2)), bad, StringComparison.Ordinal));

        await mesh.Eventually(() => mesh.Has("RemoteRefused"), "the refusal is told");
        Assert.Equal(["10.0.0.1", "10.1.0.1"], mesh.Endpoints("a"));
        Assert.DoesNotContain(mesh.Model.Current.Diagnostics, finding => finding.Message.Contains(bad, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cluster_that_two_secrets_name_stays_with_the_first()
    {
        await using var mesh = Mesh(out _);
        mesh.Remotes[3] = new MemoryCluster();
        mesh.Own.Put(Yaml.RemoteSecret("later", ("b", 2)));
        mesh.Start();
        await mesh.Synced();

        mesh.Own.Put(Yaml.RemoteSecret("before", ("b", 3)));

        await mesh.Eventually(() => mesh.Has("RemoteDuplicate"), "the second one is told");
        Assert.Equal(["10.0.0.1", "10.1.0.1"], mesh.Endpoints("a"));
    }

    /// <summary>The service a in the own cluster and in b.</summary>
    private static TestMesh Mesh(out MemoryCluster b)
    {
        var mesh = new TestMesh();
        mesh.Own.Put(Yaml.Service("a", "10.0.0.1"));
        b = mesh.Remotes[2] = new MemoryCluster();
        b.Put(Yaml.Service("a", "10.1.0.1"));
        return mesh;
    }
}
