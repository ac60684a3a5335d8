using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.Config.Resources;
using Mesh.Config.Yaml;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Writing;

/// <summary>Writes objects of the mesh into an API server: what registrations of machines need.</summary>
public sealed class KubeWriter : IDisposable
{
    private static readonly MediaTypeHeaderValue ApplyPatch = new("application/apply-patch+yaml");

    private readonly ApiClient _client;

    public KubeWriter(ClusterAccess access, TimeProvider? time = null)
        : this(ApiClient.Open(access, time ?? TimeProvider.System))
    {
    }

    internal KubeWriter(ApiClient client) => _client = client;

    /// <summary>
    /// Server-side apply: the object is made or changed so that the fields given are as given; those that this manager applied
    /// before and does not give now are removed, those of others stay.
    /// </summary>
    /// <returns>The object as it is now.</returns>
    /// <exception cref="ApplyConflictException">Another manager owns a field, and <see cref="ApplyOptions.Force"/> is not set.</exception>
    /// <exception cref="ApiException">The server refused for another reason.</exception>
    /// <remarks>Source: Kubernetes documentation, "Server-Side Apply".</remarks>
    public async Task<MeshObject> ApplyAsync(MeshObject value, ApplyOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(options);
        var (resource, version) = ResourceOf(value);
        var meta = value.Metadata;
        // The server fills these in; given, they would be preconditions.
        var clean = value with { Metadata = meta with { ResourceVersion = "", Uid = "", CreationTimestamp = null, DeletionTimestamp = null } };
        using var content = new StringContent(MeshYaml.Write(clean), Encoding.UTF8, ApplyPatch);
        var query = $"?fieldManager={Uri.EscapeDataString(options.FieldManager)}{(options.Force ? "&force=true" : "")}";
        try
        {
            var body = await _client.SendAsync(
                ApiVerb.Patch, resource, version, meta.Namespace, meta.Name, options.Subresource, query, content, cancellationToken).ConfigureAwait(false);
            return Read(body, value.ApiVersion, value.Kind, value.Subject);
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.Conflict)
        {
            throw new ApplyConflictException($"{value.Subject} was not written: {e.Message}", e);
        }
    }

    /// <returns>Null when there is none.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    public async Task<MeshObject?> FindAsync(string apiVersion, string kind, string space, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(apiVersion);
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var resource = ApiResource.Of(slash < 0 ? "" : apiVersion[..slash], kind);
        try
        {
            var body = await _client.SendAsync(
                ApiVerb.Get, resource, apiVersion[(slash + 1)..], space, name, "", "", null, cancellationToken).ConfigureAwait(false);
            return Read(body, apiVersion, kind, $"{kind} {space}/{name}");
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Deletes the very object that was read, not one made anew under its name.</summary>
    /// <returns>False when it was gone already, or another one has its name.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    public async Task<bool> DeleteAsync(MeshObject value, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        var (resource, version) = ResourceOf(value);
        var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (value.Metadata.Uid.Length > 0) options["preconditions"] = new JsonObject { ["uid"] = value.Metadata.Uid };
        using var content = new StringContent(options.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            await _client.SendAsync(
                ApiVerb.Delete, resource, version, value.Metadata.Namespace, value.Metadata.Name, "", "", content, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    /// <summary>A token of a service account (TokenRequest).</summary>
    /// <param name="audiences">Who is to accept it; empty: the API server.</param>
    /// <param name="lifetime">At least 10 minutes; the server may give a shorter or longer one.</param>
    /// <returns>The token and when it ends.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    public async Task<(string Token, DateTimeOffset EndsAt)> CreateTokenAsync(
        string space, string serviceAccount, IReadOnlyList<string> audiences, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(audiences);
        var request = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            ["spec"] = new JsonObject
            {
                ["audiences"] = new JsonArray([.. audiences.Select(audience => (JsonNode)JsonValue.Create(audience))]),
                ["expirationSeconds"] = (long)lifetime.TotalSeconds,
            },
        };
        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        var body = await _client.SendAsync(
            ApiVerb.Create, ApiResource.ServiceAccount, "v1", space, serviceAccount, "token", "", content, cancellationToken).ConfigureAwait(false);
        var status = ApiClient.ReadValue(body).Find("status");
        if (status?.Find("token")?.Text is not { Length: > 0 } token ||
            !DateTimeOffset.TryParse(status.Find("expirationTimestamp")?.Text, System.Globalization.CultureInfo.InvariantCulture, out var endsAt))
            throw new ApiException(HttpStatusCode.OK, "", $"the answer to a TokenRequest for {space}/{serviceAccount} has no token");
        return (token, endsAt);
    }

    public void Dispose() => _client.Dispose();

    private static (ApiResource Resource, string Version) ResourceOf(MeshObject value)
    {
        var key = ObjectKey.Of(value);
        return (ApiResource.Of(key.Group, key.Kind), value.ApiVersion[(value.ApiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..]);
    }

    private static MeshObject Read(byte[] body, string apiVersion, string kind, string subject)
    {
        YamlValue node = ApiClient.ReadValue(body);
        return ResourceJson.Read(node, apiVersion, kind, $"kube:///{subject}").Object
               ?? throw new ApiException(HttpStatusCode.OK, "", $"the server's answer for {subject} cannot be read");
    }
}
