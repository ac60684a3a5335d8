using System.Text.Json.Nodes;
using Mesh.Kubernetes.Access;

namespace Mesh.Kubernetes.Tests.Support.Clusters;

/// <summary>
/// The cluster that a contract test runs against: the fake, or a real API server that all tests of a run share, each in namespaces of its own.
/// Faults touch the connections of this test alone.
/// </summary>
internal interface ITestCluster : IAsyncDisposable
{
    bool IsReal { get; }

    /// <summary>While true every new connection is refused.</summary>
    bool RefuseConnections { set; }

    /// <param name="token">Null for an administrator's.</param>
    ClusterAccess Access(string? token = null);

    /// <summary>Creates or changes objects as an administrator; namespaces that are missing are made. Rights are there when it returns.</summary>
    Task ApplyAsync(string yaml);

    /// <returns>Null when there is none.</returns>
    Task<JsonNode?> FindAsync(string apiVersion, string kind, string space, string name);

    Task DeleteAsync(string apiVersion, string kind, string space, string name);

    /// <summary>A user that no role is bound to, unless it is an administrator.</summary>
    Task<TestUser> AddUserAsync(string name, bool isAdministrator = false);

    /// <summary>From now on, or some seconds later, the user's token is answered with 401.</summary>
    Task RevokeAsync(TestUser user);

    Task<string> AccountTokenAsync(string space, string name);

    /// <summary>Resets every connection that is open.</summary>
    void BreakConnections();

    /// <summary>Nothing more comes by what is open now, and it stays open; what is opened later works.</summary>
    void Silence();

    /// <summary>Open watches are ended in good order; a real server does that when it likes, and the test is skipped.</summary>
    void EndWatches();

    /// <summary>Earlier changes cannot be had any more, unless a real server still has them in its cache.</summary>
    Task ForgetHistoryAsync();

    /// <summary>Nobody listens any more.</summary>
    Task StopAsync();
}
