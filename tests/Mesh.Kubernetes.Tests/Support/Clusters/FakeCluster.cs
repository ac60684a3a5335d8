using System.Text.Json.Nodes;
using Mesh.FakeKube;
using Mesh.Kubernetes.Access;

namespace Mesh.Kubernetes.Tests.Support.Clusters;

/// <summary>A fake API server of a test's own.</summary>
internal sealed class FakeCluster(FakeKubeServer server) : ITestCluster
{
    public bool IsReal => false;

    public bool RefuseConnections
    {
        set => server.Faults.RefuseConnections = value;
    }

    public ClusterAccess Access(string? token = null) => KubeconfigAccess.FromText(server.Kubeconfig(token), "test");

    public Task ApplyAsync(string yaml)
    {
        server.Apply(yaml);
        return Task.CompletedTask;
    }

    public Task<JsonNode?> FindAsync(string apiVersion, string kind, string space, string name) =>
        Task.FromResult<JsonNode?>(server.Get(apiVersion, kind, space, name));

    public Task DeleteAsync(string apiVersion, string kind, string space, string name)
    {
        server.Delete(apiVersion, kind, space, name);
        return Task.CompletedTask;
    }

    public Task<TestUser> AddUserAsync(string name, bool isAdministrator = false) =>
        Task.FromResult(new TestUser(name, server.AddUser(name, isAdministrator ? ["system:masters"] : [])));

    public Task RevokeAsync(TestUser user)
    {
        server.RevokeToken(user.Token);
        return Task.CompletedTask;
    }

    public Task<string> AccountTokenAsync(string space, string name) => Task.FromResult(server.ServiceAccountToken(space, name));

    public void BreakConnections() => server.Faults.BreakConnections();

    public void Silence() => server.Faults.SilenceWatches();

    public void EndWatches() => server.Faults.EndWatches();

    public Task ForgetHistoryAsync()
    {
        server.Faults.ExpireResourceVersions();
        return Task.CompletedTask;
    }

    public Task StopAsync() => server.StopAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
