using System.Buffers;
using System.Net;
using Mesh.DataPlane.Http;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.DataPlane.Tests.Http;

public sealed class HttpServerTests
{
    [Fact]
    public async Task Connections_take_their_buffers_from_a_pool_and_not_from_the_heap()
    {
        MemoryPool<byte>? pool = null;
        await using var server = await HttpServer.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0),
            listen => listen.Use(next => connection =>
            {
                pool = connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool;
                return next(connection);
            }),
            context => context.Response.WriteAsync("here"),
            NullLoggerFactory.Instance,
            TestContext.Current.CancellationToken);
        using var client = new HttpClient();

        Assert.Equal("here", await client.GetStringAsync($"http://{server.EndPoint}/", TestContext.Current.CancellationToken));

        Assert.NotNull(pool);
        Assert.NotSame(MemoryPool<byte>.Shared, pool);
    }
}
