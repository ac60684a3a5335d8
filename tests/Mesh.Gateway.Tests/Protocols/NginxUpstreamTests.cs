using System.Net;
using System.Net.Http.Headers;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Protocols;

/// <summary>nginx as the application behind the gateway.</summary>
public sealed class NginxUpstreamTests(GrpcMesh mesh) : IClassFixture<GrpcMesh>
{
    private static readonly string Text = string.Concat(Enumerable.Repeat("0123456789", 10_000));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory(Timeout = 300_000)]
    [InlineData("1.1", "")]
    [InlineData("2.0", "")]
    [InlineData("1.1", "http2")]
    [InlineData("2.0", "http2")]
    public async Task Files_parts_conditions_and_refusals_are_those_of_nginx(string version, string listen)
    {
        await using var nginx = await Nginx.StartAsync(
            listen, "root FOLDER; client_max_body_size 1k; gzip on; gzip_types text/plain; gzip_proxied any;", ("file.txt", Text));
        var host = await AddAsync(nginx, listen);
        using var client = new HttpClient();

        using var whole = await SendAsync(HttpMethod.Get);
        Assert.Equal(Text, await whole.Content.ReadAsStringAsync(Stop));
        Assert.StartsWith("nginx", whole.Headers.Server.ToString(), StringComparison.Ordinal);

        using var part = await SendAsync(HttpMethod.Get, headers => headers.Range = new RangeHeaderValue(5, 14));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("5678901234", await part.Content.ReadAsStringAsync(Stop));
        Assert.Equal($"bytes 5-14/{Text.Length}", $"{part.Content.Headers.ContentRange}");

        using var unchanged = await SendAsync(HttpMethod.Get, headers => headers.IfNoneMatch.Add(whole.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        using var head = await SendAsync(HttpMethod.Head);
        Assert.Equal(Text.Length, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Stop));

        // Its body is not touched on the way.
        using var packed = await SendAsync(HttpMethod.Get, headers => headers.AcceptEncoding.ParseAdd("gzip"));
        Assert.Equal(["gzip"], packed.Content.Headers.ContentEncoding);
        await using var unpacked = new System.IO.Compression.GZipStream(
            await packed.Content.ReadAsStreamAsync(Stop), System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        Assert.Equal(Text, await reader.ReadToEndAsync(Stop));

        // Answered before nginx has read the body.
        using var tooLong = await SendAsync(HttpMethod.Post, null, new ByteArrayContent(new byte[500_000]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLong.StatusCode);

        using var again = await SendAsync(HttpMethod.Get);
        Assert.Equal(Text, await again.Content.ReadAsStringAsync(Stop));

        Task<HttpResponseMessage> SendAsync(HttpMethod method, Action<HttpRequestHeaders>? fill = null, HttpContent? content = null) =>
            client.SendAsync(Request(method, host, "/file.txt", version, content, fill), Stop);
    }

    [Theory(Timeout = 300_000)]
    [InlineData("1.1", "")]
    [InlineData("2.0", "")]
    [InlineData("1.1", "http2")]
    [InlineData("2.0", "http2")]
    public async Task Connections_that_it_ends_after_some_requests_cost_none(string version, string listen)
    {
        await using var backend = await DataPlane.Tests.Support.EchoBackend.StartAsync("behind");
        await using var nginx = await Nginx.StartAsync(
            listen, $"keepalive_requests 40; client_max_body_size 0; location / {{ proxy_pass http://127.0.0.1:{backend.Port}; }}");
        var host = await AddAsync(nginx, listen);
        using var client = new HttpClient();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(CallAsync));

        async Task CallAsync(int caller)
        {
            for (var i = 0; i < 15; i++)
            {
                var body = $"body {caller} {i}";
                using var response = await client.SendAsync(Request(HttpMethod.Post, host, "/", version, new StringContent(body)), Stop);
                var text = await response.Content.ReadAsStringAsync(Stop);
                Assert.True(response.StatusCode == HttpStatusCode.OK, text);
                Assert.EndsWith(body, text, StringComparison.Ordinal);
            }
        }
    }

    private async Task<string> AddAsync(ForeignDaemon nginx, string listen)
    {
        var name = mesh.NewName("nginx");
        await mesh.AddAsync(name, listen.Length == 0 ? "HTTP" : "HTTP2", nginx.Port);
        return name + ".example";
    }

    private HttpRequestMessage Request(
        HttpMethod method, string host, string path, string version, HttpContent? content, Action<HttpRequestHeaders>? fill = null)
    {
        var request = new HttpRequestMessage(method, mesh.Address + path)
        {
            Headers = { Host = host },
            Content = content,
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        fill?.Invoke(request.Headers);
        return request;
    }
}
