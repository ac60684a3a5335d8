using System.Text.Json;
using Mesh.Hosting.AccessLogs;
using Xunit;

namespace Mesh.Hosting.Tests.AccessLogs;

/// <summary>Lines exactly as Istio's proxies write them.</summary>
public sealed class AccessLogFormatTests
{
    private static readonly AccessLogEntry Request = new()
    {
        StartTime = new DateTimeOffset(2020, 11, 25, 21, 26, 18, 409, TimeSpan.Zero),
        Process = "gateway-a",
        Kind = AccessLogKind.Http,
        Method = "GET",
        Path = "/status/418?q=1",
        Protocol = "HTTP/1.1",
        ResponseCode = 418,
        ResponseFlags = "-",
        BytesReceived = 3,
        BytesSent = 135,
        Duration = 4.7,
        UpstreamServiceTime = 3.2,
        ForwardedFor = "203.0.113.9",
        UserAgent = "curl/7.73.0-DEV",
        RequestId = "84961386-6d84-929d-98bd-c5aee93b5c88",
        Authority = "httpbin:8000",
        UpstreamHost = "10.44.1.27:80",
        UpstreamCluster = "outbound|8000||httpbin.foo.svc.cluster.local",
        UpstreamLocalAddress = "10.44.1.23:37652",
        DownstreamLocalAddress = "10.0.45.184:8000",
        DownstreamRemoteAddress = "10.44.1.23:46520",
        RouteName = "default",
        Attempts = 1,
        TraceId = "0af7651916cd43dd8448eb211c80319c",
        GrpcStatus = 14,
    };

    private static readonly AccessLogEntry Connection = new()
    {
        StartTime = Request.StartTime,
        Process = "gateway-a",
        Kind = AccessLogKind.TcpClosed,
        BytesReceived = 10,
        BytesSent = 11,
        Duration = 5,
        UpstreamHost = "10.44.1.27:9000",
        UpstreamCluster = "outbound|9000||tcp-echo.foo.svc.cluster.local",
        UpstreamLocalAddress = "10.44.1.23:59422",
        DownstreamLocalAddress = "10.0.45.184:9000",
        DownstreamRemoteAddress = "10.44.1.23:59420",
        RequestedServerName = "tcp-echo.foo",
    };

    [Fact]
    public void A_request_in_text_is_Istios_default_line() => Assert.Equal(
        "[2020-11-25T21:26:18.409Z] \"GET /status/418?q=1 HTTP/1.1\" 418 - via_upstream - \"-\" 3 135 4 3 \"203.0.113.9\" \"curl/7.73.0-DEV\" "
        + "\"84961386-6d84-929d-98bd-c5aee93b5c88\" \"httpbin:8000\" \"10.44.1.27:80\" outbound|8000||httpbin.foo.svc.cluster.local "
        + "10.44.1.23:37652 10.0.45.184:8000 10.44.1.23:46520 - default",
        new TextLogFormat().Line(Request));

    [Fact]
    public void A_connection_in_text_has_hyphens_where_requests_have_words() => Assert.Equal(
        "[2020-11-25T21:26:18.409Z] \"- - -\" 0 - - - \"-\" 10 11 5 - \"-\" \"-\" \"-\" \"-\" \"10.44.1.27:9000\" "
        + "outbound|9000||tcp-echo.foo.svc.cluster.local 10.44.1.23:59422 10.0.45.184:9000 10.44.1.23:59420 tcp-echo.foo -",
        new TextLogFormat().Line(Connection));

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public void A_connection_is_told_of_once_when_it_is_over(string format) =>
        Assert.Null(AccessLogFormats.Parse(format).Line(Connection with { Kind = AccessLogKind.TcpConnected }));

    [Fact]
    public void A_request_in_json_has_Istios_keys_with_numbers_as_numbers() => Assert.Equal(
        """{"authority":"httpbin:8000","bytes_received":3,"bytes_sent":135,"connection_termination_details":null,"""
        + "\"downstream_local_address\":\"10.0.45.184:8000\",\"downstream_remote_address\":\"10.44.1.23:46520\",\"duration\":4,"
        + "\"method\":\"GET\",\"path\":\"/status/418?q=1\",\"protocol\":\"HTTP/1.1\",\"request_id\":\"84961386-6d84-929d-98bd-c5aee93b5c88\","
        + "\"requested_server_name\":null,\"response_code\":418,\"response_code_details\":\"via_upstream\",\"response_flags\":\"-\","
        + "\"route_name\":\"default\",\"start_time\":\"2020-11-25T21:26:18.409Z\","
        + "\"upstream_cluster\":\"outbound|8000||httpbin.foo.svc.cluster.local\",\"upstream_host\":\"10.44.1.27:80\","
        + "\"upstream_local_address\":\"10.44.1.23:37652\",\"upstream_service_time\":\"3\",\"upstream_transport_failure_reason\":null,"
        + "\"user_agent\":\"curl/7.73.0-DEV\",\"x_forwarded_for\":\"203.0.113.9\"}",
        AccessLogFormats.Parse("json").Line(Request));

    [Theory]
    [InlineData("NR", null, "route_not_found")]
    [InlineData("NC", null, "cluster_not_found")]
    [InlineData("UH", null, "no_healthy_upstream")]
    [InlineData("UF", "10.44.1.27:80", "upstream_reset_before_response_started{connection_failure}")]
    [InlineData("UF,URX", "10.44.1.27:80", "upstream_reset_before_response_started{connection_failure}")]
    [InlineData("UO", null, "upstream_reset_before_response_started{overflow}")]
    [InlineData("UT", "10.44.1.27:80", "upstream_response_timeout")]
    [InlineData("DC", "10.44.1.27:80", "downstream_remote_disconnect")]
    [InlineData("DI,FI", null, "fault_filter_abort")]
    [InlineData("DI", "10.44.1.27:80", "via_upstream")]
    [InlineData("URX", "10.44.1.27:80", "via_upstream")]
    public void What_happened_is_told_in_Envoys_words(string flags, string? host, string details)
    {
        var entry = Request with { ResponseFlags = flags, UpstreamHost = host, BytesSent = 0, ResponseCodeDetails = "in our words" };
        Assert.Equal(details, AccessLogFormats.Parse("%RESPONSE_CODE_DETAILS%").Line(entry));
    }

    [Theory]
    [InlineData("%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH):7%", "GET /status")]
    [InlineData("%REQ_WITHOUT_QUERY(:PATH)%", "/status/418")]
    [InlineData("%REQ(X-TENANT)% %RESP(X-SERVER)% %REQ(X-NONE)%", "acme echo -")]
    [InlineData("%START_TIME(%Y/%m/%d %H:%M:%S.%3f)% %START_TIME(%s)%", "2020/11/25 21:26:18.409 1606339578")]
    [InlineData("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %UPSTREAM_REQUEST_ATTEMPT_COUNT% 100%%", "10.44.1.23 1 100%")]
    [InlineData("%GRPC_STATUS% %GRPC_STATUS_NUMBER% %TRACE_ID%\n", "Unavailable 14 0af7651916cd43dd8448eb211c80319c")]
    public void Format_strings_say_what_Envoys_operators_mean(string format, string line)
    {
        var entry = Request with
        {
            RequestHeaders = new Dictionary<string, string> { ["x-tenant"] = "acme" },
            ResponseHeaders = new Dictionary<string, string> { ["x-server"] = "echo" },
        };
        Assert.Equal(line, AccessLogFormats.Parse(format).Line(entry));
    }

    [Fact]
    public void A_format_says_which_headers_it_needs()
    {
        var format = AccessLogFormats.Parse("%REQ(X-TENANT?USER-AGENT)% %RESP(X-SERVER)% %REQ(:PATH)%");
        Assert.Equal(["x-tenant"], format.RequestHeaders);
        Assert.Equal(["x-server"], format.ResponseHeaders);
    }

    [Fact]
    public void A_dictionary_of_format_strings_makes_json_with_its_keys()
    {
        var line = AccessLogFormats.Of(asJson: true, """{"status": "%RESPONSE_CODE%", "call": "%REQ(:METHOD)% %REQ(:PATH)%", "none": "%REQ(X-NONE)%"}""").Line(Request);
        Assert.Equal("""{"call":"GET /status/418?q=1","none":null,"status":418}""", line);
        JsonDocument.Parse(line!).Dispose();
    }

    [Theory]
    [InlineData("yaml", "is not a format")]
    [InlineData("%NO_SUCH_THING%", "%NO_SUCH_THING%")]
    [InlineData("%REQ(:METHOD)", "no second percent sign")]
    [InlineData("%REQ(:METHOD):x%", "not a length")]
    public void A_wrong_format_is_refused_with_the_reason(string format, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => AccessLogFormats.Parse(format)).Message, StringComparison.Ordinal);
}
