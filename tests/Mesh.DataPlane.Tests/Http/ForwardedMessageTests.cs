using Mesh.Config.Routing;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Tests.Http;

public sealed class ForwardedMessageTests
{
    [Fact]
    public void A_request_without_a_body_keeps_the_headers_that_describe_one()
    {
        using var message = Forwarded(headers => headers.ContentType = "application/grpc");

        Assert.Equal("application/grpc", message.Content?.Headers.ContentType?.ToString());
    }

    [Fact]
    public void A_request_that_says_nothing_about_a_body_gets_none()
    {
        using var message = Forwarded(headers => headers.UserAgent = "curl");

        Assert.Null(message.Content);
    }

    [Fact]
    public void Headers_of_one_hop_are_not_forwarded_and_trailers_are_still_asked_for()
    {
        using var message = Forwarded(headers =>
        {
            headers.Connection = "x-mine";
            headers["x-mine"] = "1";
            headers["x-other"] = "2";
            headers.TE = "trailers";
        });

        Assert.False(message.Headers.Contains("x-mine"));
        Assert.True(message.Headers.Contains("x-other"));
        Assert.Equal("trailers", message.Headers.TE.ToString());
    }

    [Fact]
    public void Targets_are_sent_as_they_came_however_many_others_did_before()
    {
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 3000; i++)
            {
                var target = $"/a%2Fb/{i}";
                using var message = Forwarded(_ => { }, new RequestTarget(target, $"x={i}&y=%20"));
                Assert.Equal($"{target}?x={i}&y=%20", message.RequestUri!.PathAndQuery);
            }
        }
    }

    private static HttpRequestMessage Forwarded(Action<IHeaderDictionary> fill) => Forwarded(fill, new RequestTarget("/", ""));

    private static HttpRequestMessage Forwarded(Action<IHeaderDictionary> fill, RequestTarget target)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        fill(context.Request.Headers);
        var message = new HttpRequestMessage();
        ForwardedMessage.FillRequest(message, new ForwardTry
        {
            Context = context,
            Upstream = Meshes.Upstream("payments", []),
            Endpoint = Meshes.Endpoint(8080),
            Http2 = true,
            Authority = Meshes.Host,
            Target = target,
            Body = null,
            Headers = Array.Empty<HeaderOperations>(),
            Accept = (_, _) => true,
        });
        return message;
    }
}
