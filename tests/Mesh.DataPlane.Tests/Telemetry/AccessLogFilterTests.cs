using Mesh.DataPlane.Telemetry;
using Mesh.Hosting.AccessLogs;

namespace Mesh.DataPlane.Tests.Telemetry;

/// <summary>Expressions of Telemetry resources, over a request that was refused.</summary>
public sealed class AccessLogFilterTests
{
    private static readonly AccessLogEntry Entry = new()
    {
        StartTime = DateTimeOffset.UnixEpoch,
        Process = "gateway",
        Kind = AccessLogKind.Http,
        Method = "GET",
        Path = "/v1/payments?id=7",
        Protocol = "HTTP/2",
        ResponseCode = 503,
        ResponseFlags = "DI,UF",
        Authority = "pay.example.com",
        UpstreamCluster = "outbound|80||payments.test",
        DownstreamPeerUriSan = "spiffe://cluster.local/ns/prod/sa/web",
        BytesSent = 12,
    };

    [Theory]
    [InlineData("response.code >= 400", true)]
    [InlineData("response.code == 200", false)]
    [InlineData("response.code >= 400 && response.code < 500", false)]
    [InlineData("response.code == 200 || request.method == 'GET'", true)]
    [InlineData("!(response.code == 200)", true)]
    [InlineData("response.flags == 544", true)]
    [InlineData("request.url_path == \"/v1/payments\"", true)]
    [InlineData("request.path.contains('id=7') && request.host.endsWith('.example.com')", true)]
    [InlineData("connection.mtls", true)]
    [InlineData("connection.mtls == false", false)]
    [InlineData("has(request.useragent)", false)]
    [InlineData("!has(request.useragent) || request.useragent.startsWith('probe')", true)]
    [InlineData("response.grpc_status > 0", false)]
    [InlineData("!(response.grpc_status > 0)", false)]
    [InlineData("xds.cluster_name == 'outbound|80||payments.test'", true)]
    [InlineData("response.code", false)]
    [InlineData("request.method > 3", false)]
    public void An_expression_says_what_is_logged(string expression, bool isLogged) =>
        Assert.Equal(isLogged, AccessLogFilter.Parse(expression).Passes(Entry));

    [Theory]
    [InlineData("request.headers['x'] == 'y'", "attribute request.headers is not known here")]
    [InlineData("response.kode > 3", "attribute response.kode is not known here")]
    [InlineData("size(request.path) > 3", "function size is not known here")]
    [InlineData("request.path.matches('a')", "function matches is not known here")]
    [InlineData("(response.code > 3", "')' is missing")]
    [InlineData("response.code >", "it ends too early")]
    [InlineData("response.code > 3 4", "'4' is not expected there")]
    [InlineData("request.path == 'a", "a text has no end")]
    public void What_is_no_such_expression_is_refused_with_the_reason(string expression, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => AccessLogFilter.Parse(expression)).Message, StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_refused_rather_than_followed() =>
        Assert.Throws<FormatException>(() => AccessLogFilter.Parse(new string('(', 100_000) + "true" + new string(')', 100_000)));
}
