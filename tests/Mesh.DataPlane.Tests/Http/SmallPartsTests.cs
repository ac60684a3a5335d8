using System.IO.Pipelines;
using Mesh.DataPlane.Http;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Tests.Http;

public sealed class SmallPartsTests
{
    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false)]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false)]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false)]
    [InlineData("junk", false)]
    [InlineData("", false)]
    public void A_trace_is_kept_when_valid_and_begun_otherwise(string traceparent, bool valid)
    {
        var headers = new HeaderDictionary { ["traceparent"] = traceparent, ["tracestate"] = "a=b" };
        var id = TraceContext.Ensure(headers).TraceId;
        Assert.Equal(valid, headers["traceparent"] == traceparent);
        Assert.Equal(valid, headers.ContainsKey("tracestate"));
        Assert.Equal(valid, id == "0af7651916cd43dd8448eb211c80319c");
        Assert.True(TraceContext.TryParse(headers["traceparent"], out var again));
        Assert.Equal(id, again);
    }

    [Theory]
    [InlineData("/a%2Fb//c?x=%20/../", "/a%2Fb//c", "x=%20/../")]
    [InlineData("http://host:80/p?q", "/p", "q")]
    [InlineData("http://host", "/", "")]
    [InlineData("http://host?q=1", "/", "q=1")]
    [InlineData("/", "/", "")]
    public void Targets_keep_what_the_caller_wrote(string raw, string path, string query) =>
        Assert.Equal(new RequestTarget(path, query), RequestTarget.Parse(raw));

    [Theory]
    [InlineData("/v1/../admin", "/admin")]
    [InlineData("/v1/%2e%2E/admin", "/admin")]
    [InlineData("/v1\\..\\admin", "/admin")]
    [InlineData("/v1/./payments", "/v1/payments")]
    [InlineData("/../../etc", "/etc")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/.", "/a/")]
    [InlineData("/..", "/")]
    [InlineData("/a/.../b", "/a/.../b")]
    [InlineData("/a/..b/c.", "/a/..b/c.")]
    [InlineData("/a//../b", "/a/b")]
    public void Dot_segments_are_resolved_before_routes_are_matched(string raw, string path) =>
        Assert.Equal(new RequestTarget(path, ""), RequestTarget.Parse(raw));

    [Theory]
    [InlineData("*")]
    [InlineData("host:443")]
    [InlineData("")]
    public void Targets_without_a_path_are_none(string raw) => Assert.Null(RequestTarget.Parse(raw));

    [Theory]
    [InlineData("1S", 1000d)]
    [InlineData("250m", 250d)]
    [InlineData("2M", 120_000d)]
    [InlineData("99999999H", 99_999_999d * 3_600_000)]
    [InlineData("5", null)]
    [InlineData("-1S", null)]
    [InlineData("123456789m", null)]
    [InlineData("1x", null)]
    [InlineData(null, null)]
    public void Grpc_timeouts_are_read(string? text, double? milliseconds) =>
        Assert.Equal(milliseconds, GrpcStatus.ParseTimeout(text)?.TotalMilliseconds);

    [Fact]
    public void Grpc_timeouts_survive_writing_and_messages_are_encoded()
    {
        Assert.Equal("1m", GrpcStatus.FormatTimeout(TimeSpan.FromMicroseconds(3)));
        Assert.Equal("1m", GrpcStatus.FormatTimeout(TimeSpan.FromSeconds(-1)));
        Assert.Equal("15000m", GrpcStatus.FormatTimeout(TimeSpan.FromSeconds(15)));
        Assert.Equal("864000S", GrpcStatus.FormatTimeout(TimeSpan.FromDays(10)));
        Assert.Equal("50%25 caf%C3%A9%0A", GrpcStatus.EncodeMessage("50% café\n"));
    }

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("application/grpc; charset=x", true)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/json", false)]
    [InlineData(null, false)]
    public void Grpc_is_known_by_its_content_type(string? type, bool isGrpc)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = type;
        Assert.Equal(isGrpc, GrpcStatus.IsGrpc(context.Request));
    }

    [Fact]
    public async Task A_second_try_reads_the_same_body_even_after_an_abandoned_one()
    {
        var source = new MemoryStream([.. Enumerable.Range(0, 200).Select(value => (byte)value)]);
        var body = new RequestBody(source, 1024);
        var stop = TestContext.Current.CancellationToken;
        var buffer = new byte[64];
        Assert.Equal(64, await body.Open().ReadAsync(buffer, stop));
        Assert.True(body.CanReplay);
        using var copy = new MemoryStream();
        await body.Open().CopyToAsync(copy, stop);
        Assert.Equal(source.ToArray(), copy.ToArray());
        Assert.Equal(200, body.Received);
    }

    [Fact]
    public async Task What_an_abandoned_try_waited_for_comes_to_the_next_one_and_nothing_is_cancelled_at_the_source()
    {
        var pipe = new Pipe();
        var body = new RequestBody(pipe.Reader.AsStream(), 1024);
        using var abandoned = new CancellationTokenSource();
        var waiting = body.Open().ReadAsync(new byte[64], abandoned.Token).AsTask();
        await abandoned.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await pipe.Writer.WriteAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();
        using var copy = new MemoryStream();
        await body.Open().CopyToAsync(copy, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3], copy.ToArray());
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_can_be_replayed()
    {
        var body = new RequestBody(new MemoryStream(new byte[5000]), 5000);
        using var copy = new MemoryStream();
        await body.Open().CopyToAsync(copy, TestContext.Current.CancellationToken);
        Assert.True(body.CanReplay);
        Assert.Equal(5000, copy.Length);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_flows_on_but_cannot_be_replayed()
    {
        var source = new MemoryStream(new byte[5000]);
        var body = new RequestBody(source, 1000);
        using var copy = new MemoryStream();
        await body.Open().CopyToAsync(copy, TestContext.Current.CancellationToken);
        Assert.Equal(5000, copy.Length);
        Assert.False(body.CanReplay);
    }
}
