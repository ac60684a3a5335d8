namespace Mesh.Kubernetes.Api;

/// <summary>What watching needs of an API server.</summary>
internal interface IKubeApi : IDisposable
{
    /// <summary>The version to use of a resource, e.g. <c>v1beta1</c>; null when the server does not have the resource.</summary>
    Task<string?> FindVersionAsync(ApiResource resource, CancellationToken cancellationToken);

    /// <param name="continueFrom">Token of the page before; empty for the first.</param>
    Task<ApiPage> ListAsync(ApiSelection selection, string version, string continueFrom, CancellationToken cancellationToken);

    /// <param name="resourceVersion">Where to go on; null: first all there is (a streaming list), then what changes.</param>
    /// <param name="timeout">When the server is to end the watch.</param>
    IAsyncEnumerable<ApiEvent> WatchAsync(
        ApiSelection selection, string version, string? resourceVersion, TimeSpan timeout, CancellationToken cancellationToken);
}
