using System.Net;
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
    /// <exception cref="ApplyConflictException">
    /// Another manager owns a field, and <see cref="ApplyOptions.Force"/> is not set; or <see cref="ApplyOptions.Version"/> is not that of the object.
    /// </exception>
    /// <exception cref="ApiException">The server refused for another reason.</exception>
    /// <remarks>Source: Kubernetes documentation, "Server-Side Apply".</remarks>
    public async Task<MeshObject> ApplyAsync(MeshObject value, ApplyOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(options);
        var (resource, version) = ResourceOf(value);
        var meta = value.Metadata;
        // The server fills these in; given, they are preconditions.
        var clean = value with { Metadata = meta with { ResourceVersion = options.Version, Uid = "", CreationTimestamp = null, DeletionTimestamp = null } };
        try
        {
            var body = await _client.ApplyAsync(
                resource, version, meta.Namespace, meta.Name, options.Subresource, MeshYaml.Write(clean), options.FieldManager, options.Force,
                cancellationToken).ConfigureAwait(false);
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
    /// <param name="onlyThisVersion">Not one that was changed since either.</param>
    /// <returns>False when it was gone already, or is another one by now.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    public async Task<bool> DeleteAsync(MeshObject value, CancellationToken cancellationToken, bool onlyThisVersion = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        var (resource, version) = ResourceOf(value);
        var meta = value.Metadata;
        try
        {
            await _client.DeleteAsync(
                resource, version, meta.Namespace, meta.Name, meta.Uid, onlyThisVersion ? meta.ResourceVersion : "", cancellationToken).ConfigureAwait(false);
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
