using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.DataPlane.Http.GrpcWeb;

/// <summary>
/// A request of a gRPC-Web client, served as the gRPC call it stands for: until <see cref="EndAsync"/> everything
/// else sees gRPC, with trailers, and the client sees neither HTTP/2 nor trailers.
/// </summary>
/// <remarks>Source: gRPC, "PROTOCOL-WEB.md"; Envoy's grpc_web filter.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "A response body is a stream that holds nothing to release.")]
internal sealed class GrpcWebExchange
{
    private readonly HttpContext context;
    private readonly IHttpResponseBodyFeature responseBody;
    private readonly IHttpResponseTrailersFeature? trailers;
    private readonly GrpcWebResponseBody body;

    public GrpcWebExchange(HttpContext context, GrpcWebMediaType asked)
    {
        this.context = context;
        var request = context.Request;
        body = new GrpcWebResponseBody(context, asked.Answer(request.Headers.Accept.ToString()));
        responseBody = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        trailers = context.Features.Get<IHttpResponseTrailersFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(body);
        context.Features.Set<IHttpResponseTrailersFeature>(body);

        request.ContentType = "application/grpc" + asked.Subtype;
        // It counts base64, and what a browser sends at once is a stream further on.
        request.ContentLength = null;
        request.Headers.TE = "trailers";
        if (asked.IsText) request.Body = new GrpcWebTextReader(request.Body);
    }

    /// <summary>Sends what remains of the answer, which are its trailers most of all.</summary>
    public async ValueTask EndAsync()
    {
        await body.CompleteAsync().ConfigureAwait(false);
        context.Features.Set(responseBody);
        context.Features.Set(trailers);
    }
}
