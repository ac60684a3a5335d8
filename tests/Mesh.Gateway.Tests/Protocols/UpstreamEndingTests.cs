using System.Net;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Protocols;

/// <summary>Servers that end streams and connections, as they do when they are old or restart: what they did not take on goes elsewhere.</summary>
public sealed class UpstreamEndingTests(GrpcMesh mesh) : IClassFixture<GrpcMesh>
{
    private const string RefusedOnly = "retries: {attempts: 2, retryOn: refused-stream}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory(Timeout = 300_000)]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_request_that_the_server_did_not_take_on_goes_out_again_whole_on_a_new_connection(string version)
    {
        foreach (var ending in new[] { Http2Ending.GoAway, Http2Ending.Refused })
        {
            foreach (var length in new[] { 0, 4, 700_000 })
            {
                foreach (var afterBody in new[] { false, true })
                {
                    await using var server = new EndingHttp2Server(ending, afterBody);
                    var host = await AddAsync(server, RefusedOnly);
                    for (var i = 1; i <= 2; i++)
                    {
                        var (status, text) = await SendAsync(host, version, length);
                        Assert.True(status == HttpStatusCode.OK, $"{ending}, {length} bytes, {afterBody}: request {i}: {status} {text}");
                    }

                    Assert.Equal([length, length], server.Bodies);
                }
            }
        }
    }

    [Theory(Timeout = 300_000)]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task What_the_server_may_have_processed_is_tried_again_only_where_the_route_says_so(string version)
    {
        foreach (var ending in new[] { Http2Ending.TakenOnAndLost, Http2Ending.Broken, Http2Ending.ResetWithoutError })
        {
            foreach (var (retries, expected) in new[]
            {
                (RefusedOnly, HttpStatusCode.ServiceUnavailable),
                ("retries: {attempts: 2, retryOn: reset}", HttpStatusCode.OK),
            })
            {
                await using var server = new EndingHttp2Server(ending, afterBody: true);
                var host = await AddAsync(server, retries);
                Assert.Equal(HttpStatusCode.OK, (await SendAsync(host, version, 4)).Status);
                var (status, text) = await SendAsync(host, version, 4);
                Assert.True(status == expected, $"{ending}, {retries}: {status} {text}");
                Assert.Equal(expected == HttpStatusCode.OK ? 3 : 2, server.Requests);
            }
        }
    }

    [Theory(Timeout = 300_000)]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_body_that_is_too_long_to_be_kept_is_not_sent_in_part(string version)
    {
        await using var server = new EndingHttp2Server(Http2Ending.GoAway, afterBody: true);
        var host = await AddAsync(server, RefusedOnly);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(host, version, 0)).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(host, version, 3 << 20)).Status);
        Assert.Equal([0], server.Bodies);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(host, version, 3 << 20)).Status);
        Assert.Equal([0, 3 << 20], server.Bodies);
    }

    private async Task<string> AddAsync(EndingHttp2Server server, string retries)
    {
        var name = mesh.NewName("ending");
        await mesh.AddAsync(name, "HTTP2", server.Port, retries);
        return name + ".example";
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(string host, string version, int length)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, mesh.Address + "/")
        {
            Headers = { Host = host },
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = length == 0 ? null : new ByteArrayContent(new byte[length]),
        };
        using var response = await client.SendAsync(request, Stop);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Stop));
    }
}
