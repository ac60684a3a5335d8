using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Transport;

namespace Mesh.Kubernetes.Tests.Support.Clusters;

/// <summary>Objects of any kind over HTTP, found by discovery; not bound to what the product may do.</summary>
internal sealed class AdminApi(ClusterAccess access) : IDisposable
{
    private const string Manager = "contract-tests";
    private const int MostAttempts = 10;

    private readonly HttpClient _http = ApiTransport.Open(access);

    /// <summary>Server-side apply that takes over what others own.</summary>
    public async Task ApplyAsync(JsonObject value, CancellationToken cancellation)
    {
        var path = await PathAsync(Json.Text(value, "apiVersion")!, Json.Text(value, "kind")!, Metadata.Namespace(value), Metadata.Name(value), cancellation);
        for (var attempt = 1; ; attempt++)
        {
            var (code, text) = await AskAsync(HttpMethod.Patch, $"{path}?fieldManager={Manager}&force=true", value, cancellation);
            if (code is HttpStatusCode.OK or HttpStatusCode.Created) return;
            // Tests that run at the same time create the same thing, such as a role of the manifests.
            if (code != HttpStatusCode.Conflict || attempt == MostAttempts) throw new InvalidOperationException($"apply {path}: {(int)code} {text}");
        }
    }

    /// <returns>Null when there is none.</returns>
    public async Task<JsonNode?> FindAsync(string apiVersion, string kind, string space, string name, CancellationToken cancellation) =>
        await SendAsync(HttpMethod.Get, await PathAsync(apiVersion, kind, space, name, cancellation), null, cancellation);

    public async Task DeleteAsync(string apiVersion, string kind, string space, string name, CancellationToken cancellation) =>
        await SendAsync(HttpMethod.Delete, await PathAsync(apiVersion, kind, space, name, cancellation), null, cancellation);

    public async Task<bool> ServesAsync(string apiVersion, string kind, CancellationToken cancellation) =>
        await ResourceAsync(apiVersion, kind, cancellation) is not null;

    /// <returns>Null for 404.</returns>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation)
    {
        var (code, text) = await AskAsync(method, path, body, cancellation);
        if (code == HttpStatusCode.NotFound) return null;
        if ((int)code >= 300) throw new InvalidOperationException($"{method} {path}: {(int)code} {text}");
        return JsonNode.Parse(text);
    }

    public void Dispose() => _http.Dispose();

    private static string Root(string apiVersion) => apiVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{apiVersion}" : $"/api/{apiVersion}";

    private async Task<(HttpStatusCode Code, string Text)> AskAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        var type = method == HttpMethod.Patch ? "application/apply-patch+yaml" : "application/json";
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, type);
        using var answer = await _http.SendAsync(request, cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
    }

    private async Task<string> PathAsync(string apiVersion, string kind, string space, string name, CancellationToken cancellation)
    {
        var resource = await ResourceAsync(apiVersion, kind, cancellation) ?? throw new InvalidOperationException($"{apiVersion} {kind} is not served");
        var scope = Json.True(resource, "namespaced") ? $"/namespaces/{space}" : "";
        return $"{Root(apiVersion)}{scope}/{Json.Text(resource, "name")}/{name}";
    }

    private async Task<JsonObject?> ResourceAsync(string apiVersion, string kind, CancellationToken cancellation)
    {
        var found = await SendAsync(HttpMethod.Get, Root(apiVersion), null, cancellation);
        return Json.Maps(found, "resources").FirstOrDefault(
            resource => Json.Text(resource, "kind") == kind && Json.Text(resource, "name")?.Contains('/', StringComparison.Ordinal) == false);
    }
}
