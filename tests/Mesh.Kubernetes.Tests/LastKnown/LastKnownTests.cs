using Mesh.Config.Resources.Networking;
using Mesh.Kubernetes.LastKnown;
using Mesh.Kubernetes.Tests.Support;

namespace Mesh.Kubernetes.Tests.LastKnown;

/// <summary>A process that starts while API servers are away serves what another one of before has read.</summary>
public sealed class LastKnownTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mesh-last-known-").FullName;
    private readonly MemoryCluster own = new();
    private readonly MemoryCluster remote = new();

    [Fact]
    public async Task What_was_read_is_served_after_a_restart_and_told_and_gives_way_as_a_whole_to_what_is_read_then()
    {
        own.Put(Yaml.Service("kept", "10.0.0.1"));
        own.Put(Yaml.Service("removed", "10.0.0.2"));
        await LeaveAsync(mesh => mesh.Endpoints("removed").Length == 1);
        own.GoDown();
        await using var mesh = Mesh();
        mesh.Start();

        await mesh.Synced();
        Assert.Equal(["10.0.0.1"], mesh.Endpoints("kept"));
        var finding = mesh.Model.Current.Diagnostics.Single(diagnostic => diagnostic.Code == LastKnownSource.FindingCode);
        Assert.Contains("what was last read of it, at 2000-", finding.Message, StringComparison.Ordinal);

        var gaps = 0;
        mesh.Model.Published += _ => gaps += mesh.Endpoints("kept").Length == 0 ? 1 : 0;
        own.Delete("Service", "prod", "removed");
        own.Put(Yaml.Service("added", "10.0.0.3"));
        own.ComeBack();

        await mesh.Eventually(() => mesh.Endpoints("added").Length == 1 && mesh.Endpoints("removed").Length == 0, "the present state is served");
        Assert.False(mesh.Has(LastKnownSource.FindingCode));
        Assert.Equal(0, gaps);
    }

    [Fact]
    public async Task A_cluster_that_answers_in_time_is_never_stood_for()
    {
        own.Put(Yaml.Service("old", "10.0.0.1"));
        await LeaveAsync(mesh => mesh.Endpoints("old").Length == 1);
        own.Delete("Service", "prod", "old");
        await using var mesh = Mesh();
        var seen = 0;
        mesh.Start();
        mesh.Model.Published += _ => seen += mesh.Endpoints("old").Length;

        await mesh.Synced();
        await mesh.Pass(TimeSpan.FromSeconds(10));

        Assert.Equal(0, seen + mesh.Endpoints("old").Length);
        Assert.False(mesh.Has(LastKnownSource.FindingCode));
    }

    [Fact]
    public async Task Remote_clusters_are_remembered_until_the_secrets_say_that_they_are_no_more()
    {
        own.Put(Yaml.Service("a", "10.0.0.1"));
        own.Put(Yaml.RemoteSecret("remotes", ("b", 2)));
        remote.Put(Yaml.Service("a", "10.1.0.1"));
        await LeaveAsync(mesh => mesh.Endpoints("a").Length == 2);
        own.GoDown();
        await using var mesh = Mesh();
        mesh.Start();
        await mesh.Synced();
        await mesh.Eventually(() => mesh.Endpoints("a") is ["10.0.0.1", "10.1.0.1"], "both clusters are served");

        // The remote one is found again, changed, and then removed for good.
        remote.Put(Yaml.Service("b", "10.1.0.2"));
        own.ComeBack();
        await mesh.Eventually(() => mesh.Endpoints("b") is ["10.1.0.2"], "the remote cluster is read");
        await mesh.Eventually(() => !mesh.Has(LastKnownSource.FindingCode), "nothing old is left");
        own.Delete("Secret", "istio-system", "remotes");
        await mesh.Eventually(() => mesh.Endpoints("a") is ["10.0.0.1"], "the remote cluster is gone", TimeSpan.FromSeconds(1));

        await mesh.Eventually(() => LastKnownFile.ClustersIn(folder) is ["own"], "it is forgotten");
    }

    [Fact]
    public async Task Only_the_owner_reads_the_file_and_one_that_is_damaged_is_not_served()
    {
        own.Put(Yaml.Service("a", "10.0.0.1"));
        await LeaveAsync(mesh => mesh.Endpoints("a").Length == 1);
        var path = Path.Combine(folder, "own.yaml");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        await File.AppendAllTextAsync(path, "\n---\nkind: [", TestContext.Current.CancellationToken);
        own.GoDown();
        await using var mesh = Mesh();
        mesh.Start();

        await mesh.Pass(TimeSpan.FromSeconds(20));

        Assert.False(mesh.Model.Current.Synced);
        Assert.Empty(mesh.Model.Current.Objects<ServiceEntry>());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private TestMesh Mesh() => new() { Own = own, Remotes = new() { [2] = remote }, Remembers = folder };

    /// <summary>A process that reads everything, keeps it and ends.</summary>
    private async Task LeaveAsync(Func<TestMesh, bool> hasAll)
    {
        await using var mesh = Mesh();
        mesh.Start();
        await mesh.Synced();
        await mesh.Eventually(() => hasAll(mesh), "everything is read");
    }
}
