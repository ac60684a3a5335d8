using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Mesh.Config.Yaml;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Permissions;

namespace Mesh.Kubernetes.Writing;

/// <summary>
/// Sets up a cluster from documents as <c>kubectl apply --server-side</c> does, statuses included: for the person that prepares a mesh,
/// not for what runs in it.
/// </summary>
public sealed class KubeInstaller : IDisposable
{
    private readonly ClusterAccess _access;
    private readonly ApiClient _client;
    private readonly string _fieldManager;

    /// <param name="fieldManager">Who owns what is applied; fields of others are taken over.</param>
    public KubeInstaller(ClusterAccess access, string fieldManager, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(access);
        (_access, _fieldManager) = (access, fieldManager);
        _client = ApiClient.Open(access, time ?? TimeProvider.System, ApiPermissions.Installing);
    }

    /// <summary>Applies one document, and its status where it has one.</summary>
    /// <param name="yaml">An object of a kind of the mesh, or an account, role or binding.</param>
    /// <exception cref="InstallException">The server cannot be reached or refuses it, or the document is of another kind.</exception>
    public async Task ApplyAsync(string yaml, CancellationToken cancellationToken)
    {
        var document = YamlDocuments.Parse(yaml).Single();
        var (apiVersion, kind) = (TextOf(document, "apiVersion"), TextOf(document, "kind"));
        var metadata = document.Find("metadata") ?? throw new InstallException($"a {kind} has no metadata");
        var (space, name) = (TextOf(metadata, "namespace"), TextOf(metadata, "name"));
        var subject = space.Length > 0 ? $"{kind} {space}/{name}" : $"{kind} {name}";
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var (group, version) = (slash < 0 ? "" : apiVersion[..slash], apiVersion[(slash + 1)..]);
        var resource = ApiResource.OfTheMesh.Concat(ApiResource.OfAccess).FirstOrDefault(resource => resource.Group == group && resource.Kind == kind)
                       ?? throw new InstallException($"{subject} of {apiVersion} is not a kind of the mesh");
        await GuardAsync(subject, resource, async () =>
        {
            await PatchAsync(resource, version, space, name, "", yaml, cancellationToken).ConfigureAwait(false);
            if (document.Find("status") is not null)
                await PatchAsync(resource, version, space, name, "status", yaml, cancellationToken).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
    }

    /// <summary>Names of the machines that the cluster has.</summary>
    /// <exception cref="InstallException">The server cannot be reached, or refuses.</exception>
    public Task<ImmutableArray<string>> NodesAsync(CancellationToken cancellationToken)
    {
        var node = ApiResource.Of("", "Node");
        return GuardAsync("the list of Nodes", node, async () =>
        {
            var body = await _client.SendAsync(ApiVerb.List, node, "v1", "", "", "", "", null, cancellationToken).ConfigureAwait(false);
            return (ApiClient.ReadValue(body).Find("items")?.Items ?? [])
                .Select(item => item.Find("metadata")?.Find("name")?.Text ?? "")
                .ToImmutableArray();
        });
    }

    public void Dispose() => _client.Dispose();

    private static string TextOf(YamlValue map, string field) => map.Find(field)?.Text ?? "";

    private Task<byte[]> PatchAsync(
        ApiResource resource, string version, string space, string name, string subresource, string yaml, CancellationToken cancellationToken) =>
        _client.ApplyAsync(resource, version, space, name, subresource, yaml, _fieldManager, force: true, cancellationToken);

    private async Task<T> GuardAsync<T>(string subject, ApiResource resource, Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (ApiException e)
        {
            var remedy = e.Code switch
            {
                HttpStatusCode.Unauthorized => "; renew the token or certificate of this context",
                HttpStatusCode.Forbidden => "; use a context of an administrator",
                HttpStatusCode.NotFound when resource.IsCustom => $"; install the definition of {resource} (Istio's CRDs)",
                _ => "",
            };
            throw new InstallException($"{_access}: {subject} was refused: {e.Message}{remedy}", e);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException or JsonException)
        {
            throw new InstallException($"{_access} cannot be reached: {e.Message}; is the API server running, and is this the right file and context?", e);
        }
    }
}
