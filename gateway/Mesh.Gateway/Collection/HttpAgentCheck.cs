using System.Net;
using System.Net.Sockets;
using Mesh.Hosting.Health;

namespace Mesh.Gateway.Collection;

/// <summary>GET of the agent's <c>/healthz/ready</c> on a new connection, as a load balancer does it.</summary>
public sealed class HttpAgentCheck(TimeSpan timeout, TimeProvider time) : IAgentCheck, IDisposable
{
    private readonly HttpMessageInvoker client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        // A kept connection would tell that the kernel lives, not that a new one is accepted.
        PooledConnectionLifetime = TimeSpan.Zero,
        ActivityHeadersPropagator = null,
    });

    public async Task<AgentAnswer> AskAsync(RegisteredAgent agent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agent);
        using var limit = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var target = new UriBuilder(Uri.UriSchemeHttp, agent.Address, agent.HealthPort, HealthEndpoint.Path).Uri;
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.ConnectionClose = true;
        try
        {
            using var response = await client.SendAsync(request, both.Token);
            return response.StatusCode == HttpStatusCode.OK ? AgentAnswer.Ready : AgentAnswer.NotReady;
        }
        // The handler lets the socket's own exception out where the peer resets just after it accepted.
        catch (Exception exception) when (exception is HttpRequestException or SocketException)
        {
            return AgentAnswer.None;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return AgentAnswer.None;
        }
    }

    public void Dispose() => client.Dispose();
}
