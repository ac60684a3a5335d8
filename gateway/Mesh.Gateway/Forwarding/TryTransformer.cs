using Mesh.DataPlane.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway.Forwarding;

/// <summary>Makes YARP send what the pipeline says, and asks the pipeline about the response.</summary>
internal sealed class TryTransformer : HttpTransformer, IHttpResetFeature
{
    private readonly ForwardTry attempt;

    public TryTransformer(ForwardTry attempt) => this.attempt = attempt;

    public int? Status { get; private set; }

    public int? GrpcStatus { get; private set; }

    public bool Declined { get; private set; }

    /// <summary>The response was passed on to its end, whatever becomes of the request's body.</summary>
    public bool Completed { get; private set; }

    /// <summary>YARP gave up on a response that had begun; what becomes of it is decided outside.</summary>
    public bool WasReset { get; private set; }

    /// <inheritdoc cref="ForwardResult.PeerMetadata"/>
    public string? PeerMetadata { get; private set; }

    public void Reset(int errorCode) => WasReset = true;

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        ForwardedMessage.FillRequest(proxyRequest, attempt);
        // Upgrades are asked for hop by hop; YARP carries them when the request says so. No others than Istio's gateways allow:
        // an upgrade to h2c would open a way to the server on which no route is asked any more.
        const string websocket = "websocket";
        if (proxyRequest.Version.Major == 1
            && httpContext.Request.Headers.Upgrade.ToString().Equals(websocket, StringComparison.OrdinalIgnoreCase))
        {
            proxyRequest.Headers.TryAddWithoutValidation("Connection", "upgrade");
            proxyRequest.Headers.TryAddWithoutValidation("Upgrade", websocket);
        }

        return ValueTask.CompletedTask;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null) return false;
        Status = (int)proxyResponse.StatusCode;
        GrpcStatus = ForwardedMessage.GrpcStatusInHeaders(proxyResponse);
        PeerMetadata = ForwardedMessage.TakePeerMetadata(proxyResponse);
        if (!attempt.Accept(Status.Value, GrpcStatus))
        {
            Declined = true;
            return false;
        }

        await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        ForwardedMessage.ApplyResponse(httpContext, attempt.Headers, attempt);
        if (Status != StatusCodes.Status101SwitchingProtocols)
        {
            var body = await proxyResponse.Content.ReadAsStreamAsync(cancellationToken);
            proxyResponse.Content = new StreamContent(new HeaderFlushingStream(body, httpContext.Response));
        }

        return true;
    }

    public override async ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse.TrailingHeaders.NonValidated.TryGetValues(DataPlane.Http.GrpcStatus.StatusHeader, out var status))
            GrpcStatus = DataPlane.Http.GrpcStatus.Parse(status.ToString());
        await base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
        Completed = true;
        // A server may answer before it has read the request, and end the stream: that the rest of the request's body finds nobody any
        // more must not spoil the answer.
        if (attempt.Body is not null) await httpContext.Response.CompleteAsync();
    }
}
