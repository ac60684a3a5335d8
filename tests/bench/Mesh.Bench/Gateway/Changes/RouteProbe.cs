using System.Globalization;
using System.Net;

namespace Mesh.Bench.Gateway.Changes;

/// <summary>Asks the gateway by which change of a service's route it routes.</summary>
internal sealed class RouteProbe : IDisposable
{
    private readonly SocketsHttpHandler handler = new() { UseProxy = false, ActivityHeadersPropagator = null };
    private readonly HttpMessageInvoker invoker;
    private readonly Uri address;
    private long requests;
    private long failed;

    public RouteProbe(int port)
    {
        address = new Uri($"http://127.0.0.1:{port}/");
        invoker = new HttpMessageInvoker(handler, disposeHandler: false);
    }

    /// <summary>Answered with 200.</summary>
    public long Requests => Interlocked.Read(ref requests);

    public long Failed => Interlocked.Read(ref failed);

    /// <summary>-1 when the request failed.</summary>
    public async Task<int> VersionAsync(int service)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = ConfigFolder.HostOf(service);
        try
        {
            using var response = await invoker.SendAsync(request, CancellationToken.None);
            await response.Content.CopyToAsync(Stream.Null);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                Interlocked.Increment(ref requests);
                return response.Headers.TryGetValues(ConfigFolder.VersionHeader, out var values)
                    ? int.Parse(values.First(), CultureInfo.InvariantCulture)
                    : -1;
            }
        }
        catch (HttpRequestException)
        {
            // Counted like any other failure.
        }

        Interlocked.Increment(ref failed);
        return -1;
    }

    public void Dispose()
    {
        invoker.Dispose();
        handler.Dispose();
    }
}
