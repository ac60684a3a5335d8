using System.Net.Security;
using System.Net.Sockets;

namespace Mesh.VmAgent.Health;

/// <summary>
/// GET with a new connection each time, past any proxy, not following redirects and not verifying certificates, as the
/// kubelet does it.
/// </summary>
/// <remarks>Source: istio pkg/istio-agent/health/health_probers.go.</remarks>
public sealed class HttpProbe : IProbe, IDisposable
{
    private const string DefaultUserAgent = "istio-probe/1.0";

    private readonly ProbeAction.HttpGet action;
    private readonly Uri target;
    private readonly HttpMessageInvoker client;

    public HttpProbe(ProbeAction.HttpGet action, string host)
    {
        this.action = action;
        target = new Uri($"{action.Scheme}://{AddressText.Bracketed(host)}:{action.Port}{action.Path}");
#pragma warning disable CA5359 // A readiness probe asks whether the app answers, not who it is; Istio's does not verify either.
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ActivityHeadersPropagator = null,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        };
#pragma warning restore CA5359
        client = new HttpMessageInvoker(handler);
    }

    public async Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
    {
        using var request = Request();
        try
        {
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            return status is >= 200 and < 400
                ? ProbeResult.Success($"GET {target} answered {status}")
                : ProbeResult.Failure("BadStatus", $"GET {target} answered {status}");
        }
        catch (HttpRequestException error)
        {
            var reason = error.InnerException is SocketException socket
                ? socket.SocketErrorCode.ToString()
                : error.HttpRequestError.ToString();
            return ProbeResult.Failure(reason, $"GET {target}: {error.Message}");
        }
        catch (SocketException error)
        {
            // The handler lets it out where the peer resets just after it accepted.
            return ProbeResult.Failure(error.SocketErrorCode.ToString(), $"GET {target}: {error.Message}");
        }
    }

    public void Dispose() => client.Dispose();

    private HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, target);
        foreach (var (name, value) in action.Headers)
        {
            // A Host header names the virtual host that is asked, not the place that is dialled.
            if (string.Equals(name, "Host", StringComparison.OrdinalIgnoreCase)) request.Headers.Host = value;
            else request.Headers.TryAddWithoutValidation(name, value);
        }

        if (!request.Headers.Contains("User-Agent")) request.Headers.TryAddWithoutValidation("User-Agent", DefaultUserAgent);
        request.Headers.ConnectionClose = true;
        return request;
    }
}
