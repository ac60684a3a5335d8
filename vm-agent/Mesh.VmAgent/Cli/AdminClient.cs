using System.Net;

namespace Mesh.VmAgent.Cli;

/// <summary>Speaks with the admin listener of the agent that runs on this machine.</summary>
internal sealed class AdminClient(IPEndPoint admin) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <exception cref="AdminException">No agent there, or another answer than 200.</exception>
    public Task<string> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public Task<string> PostAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, cancellationToken);

    public void Dispose() => client.Dispose();

    private async Task<string> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri($"http://{admin}{path}"));
        try
        {
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? body : throw new AdminException($"the agent at {admin} refused {path}: {(int)response.StatusCode} {body.Trim()}");
        }
        catch (HttpRequestException exception)
        {
            throw new AdminException($"no agent answers at {admin}: {exception.Message}; start it, or name its admin listener with --admin");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AdminException($"the agent at {admin} does not answer within {client.Timeout.TotalSeconds} s");
        }
    }
}
