using System.Net;
using Mesh.Hosting.Health;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>Asks this process for its own readiness over the network, as others do: whoever gets an answer has seen it accept, read and write.</summary>
internal sealed class OwnHealthPort : IDisposable
{
    private readonly Uri address;

    // A new connection each time: that one is accepted is what is asked.
    private readonly HttpClient client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, UseProxy = false });

    public OwnHealthPort(IPEndPoint health) => address = new Uri($"http://{health}{HealthEndpoint.Path}");

    /// <returns>True for any answer: not being ready is not being dead.</returns>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose() => client.Dispose();
}
