using Mesh.DataPlane.Http;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Forwarding;
using Microsoft.AspNetCore.Http;

namespace Mesh.Gateway.Tests;

public sealed class TryTransformerTests
{
    [Theory]
    [InlineData("WebSocket", true)]
    [InlineData("h2c", false)]
    [InlineData("h2c, websocket", false)]
    public async Task Only_an_upgrade_to_websocket_is_passed_on(string upgrade, bool passed)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Headers.Connection = "Upgrade";
        context.Request.Headers.Upgrade = upgrade;
        var endpoint = Meshes.Endpoint(8080);
        var transformer = new TryTransformer(new ForwardTry
        {
            Context = context,
            Upstream = Meshes.Upstream("payments", [endpoint]),
            Endpoint = endpoint,
            Http2 = false,
            Authority = "localhost",
            Target = new RequestTarget("/", ""),
            Body = null,
            Headers = [],
            Accept = (_, _) => true,
        });
        using var request = new HttpRequestMessage();
        await transformer.TransformRequestAsync(context, request, "", TestContext.Current.CancellationToken);
        Assert.Equal(passed, request.Headers.Contains("Upgrade"));
        Assert.Equal(passed, request.Headers.Contains("Connection"));
    }
}
