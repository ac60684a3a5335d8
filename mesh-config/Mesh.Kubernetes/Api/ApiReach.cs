using System.Net;
using System.Text.Json;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Writing;

namespace Mesh.Kubernetes.Api;

/// <summary>Says what went wrong with an API server in the one way that registries speak: <see cref="IOException"/>.</summary>
internal static class ApiReach
{
    /// <param name="rights">The manifest that grants what is done, and to whom it is bound, for the message.</param>
    /// <exception cref="IOException">The server cannot be reached, or said no.</exception>
    public static async Task<T> TryAsync<T>(string rights, Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Code is HttpStatusCode.Forbidden)
        {
            throw new IOException($"{e.Message}; {rights}", e);
        }
        catch (Exception e) when (e is ApiException or ApplyConflictException or ClusterAccessException or HttpRequestException or TimeoutException or JsonException)
        {
            throw new IOException(e.Message, e);
        }
    }
}
