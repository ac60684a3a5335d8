using System.Globalization;
using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>
/// Sends copies of requests to where a route mirrors them. Their answers are read and dropped, and whatever becomes of them the
/// request itself does not notice.
/// </summary>
/// <remarks>Source: Istio HTTPRoute.mirrors; Envoy RequestMirrorPolicy, which appends <c>-shadow</c> to the host.</remarks>
public sealed class RequestMirror
{
    /// <summary>Bytes of a body that may wait for one slow mirror.</summary>
    private const int BufferLimit = 1024 * 1024;

    private readonly IEndpointDirectory directory;
    private readonly UpstreamBalancer balancer;
    private readonly UpstreamChannels channels;
    private readonly TimeProvider time;
    private readonly Random random;

    public RequestMirror(
        IEndpointDirectory directory, UpstreamBalancer balancer, UpstreamChannels channels, TimeProvider time, Random random)
    {
        this.directory = directory;
        this.balancer = balancer;
        this.channels = channels;
        this.time = time;
        this.random = random;
    }

    /// <summary>To be called before anything of <paramref name="body"/> is read.</summary>
    internal void Start(HttpContext context, ForwardPlan plan, RequestBody? body)
    {
        foreach (var mirror in plan.Mirrors)
        {
            // An upgraded connection cannot be copied: what follows depends on both sides.
            if (!Hits(mirror.Percent) || context.Request.Headers.Upgrade.Count > 0) continue;
            if (directory.Find(mirror.Upstream) is not { } upstream || balancer.Pick(upstream, []) is not { } endpoint) continue;
            var state = balancer.States.Of(upstream);
            if (!state.TryEnter(upstream.Policy.Http2MaxRequests)) continue;
            var isHttp2 = ForwardLoop.UseHttp2(context, upstream, endpoint);
            // Everything that belongs to the caller's request is copied here: it may be over before the mirror has connected.
            var request = Request(context, plan, upstream, endpoint, isHttp2, body);
            _ = SendAsync(request, upstream, endpoint, isHttp2, plan.Timeout, state);
        }
    }

    private static HttpRequestMessage Request(
        HttpContext context, ForwardPlan plan, Upstream upstream, ProxyEndpoint endpoint, bool isHttp2, RequestBody? body)
    {
        var copy = body is null ? null : new MirroredBody(BufferLimit);
        var request = new HttpRequestMessage();
        if (copy is not null)
        {
            body!.CopyTo(copy);
            request.Content = new StreamingContent(copy.Stream, context.Request.ContentLength, http2: false, CancellationToken.None);
        }

        ForwardedMessage.FillRequest(request, new ForwardTry
        {
            Context = context,
            Upstream = upstream,
            Endpoint = endpoint,
            Http2 = isHttp2,
            Authority = Shadow(plan.Authority),
            Target = plan.Target,
            Body = null,
            Headers = plan.Headers,
            RouteName = plan.RouteName,
            Accept = static (_, _) => true,
        });
        return request;
    }

    private async Task SendAsync(
        HttpRequestMessage request, Upstream upstream, ProxyEndpoint endpoint, bool isHttp2, TimeSpan? timeout, UpstreamState state)
    {
        UpstreamChannel? channel = null;
        using var limit = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, time);
        try
        {
            channel = await channels.RentAsync(upstream, endpoint, isHttp2, limit.Token).ConfigureAwait(false);
            using var response = await channel.Invoker.SendAsync(request, limit.Token).ConfigureAwait(false);
            balancer.Report(upstream, endpoint, (int)response.StatusCode >= 500 ? TryOutcome.ServerError : TryOutcome.Success);
            await response.Content.CopyToAsync(Stream.Null, limit.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for a mirror, and nobody is told.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (error is UpstreamException { Failure: UpstreamFailure.Connect or UpstreamFailure.Tls }) balancer.Report(upstream, endpoint, TryOutcome.GatewayError);
        }
        finally
        {
            if (channel is not null) UpstreamChannels.Return(channel);
            state.Leave();
            // Ends the copying of the body too.
            request.Dispose();
        }
    }

    private static string Shadow(string authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']')
            ? string.Create(CultureInfo.InvariantCulture, $"{authority.AsSpan(0, colon)}-shadow{authority.AsSpan(colon)}")
            : authority + "-shadow";
    }

    private bool Hits(double percent)
    {
        if (percent >= 100) return true;
        lock (random) return random.NextDouble() * 100 < percent;
    }
}
