using System.Net;

namespace Mesh.LocalMesh.Tests.Kubernetes;

/// <summary>An outside client of the edge of eks-a.</summary>
internal static class Edge
{
    public static HttpClient Client() => new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <param name="host">Host name of the request; the address is the edge's.</param>
    public static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient client, string host, string path = "/")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{MeshPlan.EdgePlainPort}{path}");
        request.Headers.Host = host;
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
