using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Config.Yaml;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Permissions;
using Mesh.Kubernetes.Transport;

namespace Mesh.Kubernetes.Api;

/// <summary>Sends requests to one API server: whatever goes there goes through here, and only what is registered as permission.</summary>
/// <param name="granted">What may be asked for; null: <see cref="ApiPermissions.All"/>.</param>
internal sealed class ApiClient(HttpClient http, TimeProvider time, ImmutableArray<ApiGrant>? granted = null) : IDisposable
{
    private const int MaxStatusBytes = 64 * 1024;
    private const int PageSize = 500;
    private static readonly MediaTypeHeaderValue ApplyPatch = new("application/apply-patch+yaml");
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static ApiClient Open(ClusterAccess access, TimeProvider time, ImmutableArray<ApiGrant>? granted = null) =>
        new(ApiTransport.Open(access), time, granted);

    /// <summary>The whole body of a successful answer.</summary>
    /// <exception cref="ApiException">The server said no.</exception>
    public async Task<byte[]> SendAsync(
        ApiVerb verb, ApiResource resource, string version, string space, string name, string subresource,
        string query, HttpContent? content, CancellationToken cancellationToken)
    {
        ApiPermissions.Demand(verb, resource, subresource, granted);
        return await SendAsync(MethodOf(verb), resource.Path(version, space, name, subresource) + query, content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Server-side apply.</summary>
    /// <param name="yaml">The object, or as much of it as the manager wants to be so; JSON is YAML.</param>
    /// <exception cref="ApiException">The server said no; <c>Conflict</c> for what other managers own and a version that is not the given one.</exception>
    public async Task<byte[]> ApplyAsync(
        ApiResource resource, string version, string space, string name, string subresource, string yaml, string fieldManager, bool force,
        CancellationToken cancellationToken)
    {
        using var content = new StringContent(yaml, Encoding.UTF8, ApplyPatch);
        var query = $"?fieldManager={Uri.EscapeDataString(fieldManager)}{(force ? "&force=true" : "")}";
        return await SendAsync(ApiVerb.Patch, resource, version, space, name, subresource, query, content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes an object if it is the one that is meant.</summary>
    /// <param name="uid">Empty for any.</param>
    /// <param name="resourceVersion">Empty for any.</param>
    /// <exception cref="ApiException">The server said no; <c>NotFound</c>, or <c>Conflict</c> when it is another one.</exception>
    public async Task DeleteAsync(
        ApiResource resource, string version, string space, string name, string uid, string resourceVersion, CancellationToken cancellationToken)
    {
        var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        var preconditions = new JsonObject();
        if (uid.Length > 0) preconditions["uid"] = uid;
        if (resourceVersion.Length > 0) preconditions["resourceVersion"] = resourceVersion;
        if (preconditions.Count > 0) options["preconditions"] = preconditions;
        using var content = new StringContent(options.ToJsonString(), Encoding.UTF8, "application/json");
        await SendAsync(ApiVerb.Delete, resource, version, space, name, "", "", content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All objects with a label, page by page.</summary>
    /// <param name="space">Empty for all namespaces.</param>
    public async IAsyncEnumerable<YamlValue> ListAllAsync(
        ApiResource resource, string version, string space, string labelSelector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = "";
        do
        {
            var query = $"?labelSelector={Uri.EscapeDataString(labelSelector)}&limit={PageSize}{(next.Length > 0 ? "&continue=" + Uri.EscapeDataString(next) : "")}";
            var page = ReadValue(await SendAsync(ApiVerb.List, resource, version, space, "", "", query, null, cancellationToken).ConfigureAwait(false));
            foreach (var item in page.Find("items")?.Items ?? []) yield return item;
            next = page.Find("metadata")?.Find("continue")?.Text ?? "";
        }
        while (next.Length > 0);
    }

    /// <summary>What everybody may read: which groups and versions there are.</summary>
    public Task<byte[]> DiscoverAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>A stream of events; the response is the caller's to dispose.</summary>
    public async Task<HttpResponseMessage> OpenWatchAsync(
        ApiResource resource, string version, string space, string query, CancellationToken cancellationToken)
    {
        ApiPermissions.Demand(ApiVerb.Watch, resource, "", granted);
        using var limit = new CancellationTokenSource(Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = Request(HttpMethod.Get, resource.Path(version, space) + query, null);
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return response;
            using (response) throw await RefusedAsync(response, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer to a watch of {resource} within {Timeout.TotalSeconds} s", e);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<byte[]> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = Request(method, path, content);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) throw await RefusedAsync(response, linked.Token).ConfigureAwait(false);
            return await response.Content.ReadAsByteArrayAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer to {method} {path} within {Timeout.TotalSeconds} s", e);
        }
    }

    private static HttpMethod MethodOf(ApiVerb verb) => verb switch
    {
        ApiVerb.Create => HttpMethod.Post,
        ApiVerb.Update => HttpMethod.Put,
        ApiVerb.Patch => HttpMethod.Patch,
        ApiVerb.Delete => HttpMethod.Delete,
        _ => HttpMethod.Get,
    };

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, path)
        {
            Content = content,
            Version = http.DefaultRequestVersion,
            VersionPolicy = http.DefaultVersionPolicy,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    private async Task<ApiException> RefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var (reason, message) = ("", $"HTTP {(int)response.StatusCode}");
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (body.Length is > 0 and <= MaxStatusBytes && ReadValue(body) is { Kind: YamlKind.Map } status)
                (reason, message) = (status.Find("reason")?.Text ?? "", status.Find("message")?.Text ?? message);
        }
        catch (JsonException)
        {
            // A proxy on the way answers in its own words; the code says enough.
        }

        var retry = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - time.GetUtcNow();
        return new ApiException(response.StatusCode, reason, message, retry);
    }

    public static YamlValue ReadValue(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read()) throw new JsonException("the text is empty");
        return JsonValues.Read(ref reader);
    }

    public static bool IsGone(ApiException e) => e.Code == HttpStatusCode.Gone || e.Reason is "Expired" or "Gone";
}
