using Mesh.DataPlane.Http;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Tests.Http;

/// <summary>B3 headers, without anybody who traces.</summary>
public sealed class TraceContextTests
{
    private const string TraceId = "80f198ee56343ba864fe8b2a57d3eff7";

    [Theory]
    [InlineData("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1", TraceId, true)]
    [InlineData("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90", TraceId, true)]
    [InlineData("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d", TraceId, true)]
    [InlineData("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0", TraceId, false)]
    [InlineData("64fe8b2a57d3eff7-e457b5a2e4d86bd1", "000000000000000064fe8b2a57d3eff7", null)]
    public void One_header_of_B3_tells_of_a_trace_and_stays_as_it_is(string b3, string traceId, bool? sampled)
    {
        var headers = new HeaderDictionary { ["b3"] = b3 };
        var trace = TraceContext.Ensure(headers);
        Assert.Equal((traceId, "e457b5a2e4d86bd1", sampled), (trace.TraceId, trace.Parent.SpanId.ToHexString(), trace.Sampled));
        Assert.Equal(("b3", b3), (Assert.Single(headers).Key, headers["b3"].ToString()));
    }

    [Theory]
    [InlineData("1", null, true)]
    [InlineData(null, null, null)]
    [InlineData("0", null, false)]
    [InlineData("0", "1", true)]
    public void Several_headers_of_B3_tell_of_a_trace(string? sampled, string? debug, bool? isSampled)
    {
        var headers = new HeaderDictionary { ["x-b3-traceid"] = TraceId, ["x-b3-spanid"] = "e457b5a2e4d86bd1" };
        if (sampled is not null) headers["x-b3-sampled"] = sampled;
        if (debug is not null) headers["x-b3-flags"] = debug;
        var trace = TraceContext.Ensure(headers);
        Assert.Equal((TraceId, isSampled), (trace.TraceId, trace.Sampled));
        Assert.False(headers.ContainsKey("traceparent"));
    }

    [Fact]
    public void A_traceparent_counts_more_than_B3()
    {
        var parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var headers = new HeaderDictionary { ["traceparent"] = parent, ["b3"] = $"{TraceId}-e457b5a2e4d86bd1-1" };
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", TraceContext.Ensure(headers).TraceId);
        Assert.Equal(parent, headers["traceparent"]);
    }

    [Theory]
    [InlineData("junk")]
    [InlineData("0")]
    [InlineData("80f198ee56343ba864fe8b2a57d3eff7-0000000000000000-1")]
    [InlineData("zzf198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1")]
    public void What_cannot_be_read_begins_a_new_trace(string b3)
    {
        var headers = new HeaderDictionary { ["b3"] = b3 };
        var id = TraceContext.Ensure(headers).TraceId;
        Assert.NotEqual(TraceId, id);
        Assert.True(TraceContext.TryParse(headers["traceparent"], out var again));
        Assert.Equal(id, again);
    }
}
