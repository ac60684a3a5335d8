using System.Net;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Tests.Support;
using Mesh.Kubernetes.Tests.Support.Clusters;
using Mesh.Kubernetes.Writing;
using Mesh.Tests.Shared.RealKube;

namespace Mesh.Kubernetes.Tests.Contract;

/// <summary>What contract tests ask of a real API server, with scripts in its place: it is set up by its API alone.</summary>
public sealed class RealClusterTests : IAsyncLifetime
{
    private const string Entry = """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: vm, namespace: machines}
        spec: {address: 10.0.0.9}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-kubernetes-").FullName;
    private RealApiServer _server = null!;
    private RealCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var assets = StubAssets.Create(_folder, Path.Combine(AppContext.BaseDirectory, "mesh-fake-kube"));
        _server = await RealApiServer.StartAsync(assets, _folder, Token);
        _cluster = new RealCluster(_server);
        await _cluster.DefineAsync(null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Users_have_the_rights_that_are_bound_to_them_until_they_are_revoked()
    {
        await _cluster.ApplyAsync(Entry);
        var administrator = await _cluster.AddUserAsync("administrator", isAdministrator: true);
        var nobody = await _cluster.AddUserAsync("nobody");

        Assert.Equal(HttpStatusCode.OK, await FindAsync(administrator));
        Assert.Equal(HttpStatusCode.Forbidden, await FindAsync(nobody));

        await _cluster.RevokeAsync(administrator);
        await Eventually.HoldsAsync(async () => await FindAsync(administrator) == HttpStatusCode.Unauthorized, "the token is refused");
    }

    [Fact]
    public async Task Objects_are_there_until_they_are_deleted_and_their_namespaces_are_made()
    {
        await _cluster.ApplyAsync(Entry);
        Assert.NotNull(await _cluster.FindAsync("networking.istio.io/v1", "WorkloadEntry", "machines", "vm"));

        await _cluster.DeleteAsync("networking.istio.io/v1", "WorkloadEntry", "machines", "vm");
        Assert.Null(await _cluster.FindAsync("networking.istio.io/v1", "WorkloadEntry", "machines", "vm"));
    }

    [Fact]
    public async Task Connections_that_are_refused_are_those_of_the_test_and_come_back()
    {
        await _cluster.ApplyAsync(Entry);
        using var writer = new KubeWriter(_cluster.Access());

        _cluster.RefuseConnections = true;
        _cluster.BreakConnections();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => writer.FindAsync("networking.istio.io/v1", "WorkloadEntry", "machines", "vm", Token));
        Assert.NotNull(await _cluster.FindAsync("networking.istio.io/v1", "WorkloadEntry", "machines", "vm"));

        _cluster.RefuseConnections = false;
        Assert.NotNull(await writer.FindAsync("networking.istio.io/v1", "WorkloadEntry", "machines", "vm", Token));
    }

    private async Task<HttpStatusCode> FindAsync(TestUser user)
    {
        using var writer = new KubeWriter(_cluster.Access(user.Token));
        try
        {
            await writer.FindAsync("networking.istio.io/v1", "WorkloadEntry", "machines", "vm", Token);
            return HttpStatusCode.OK;
        }
        catch (ApiException error)
        {
            return error.Code;
        }
    }
}
