using System.Net;
using Mesh.Hosting.AccessLogs;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>AuthorizationPolicies at the agent's inbound listener, as callers in HTTP and gRPC see them.</summary>
public sealed class AuthorizationTests(GuardedHttp guarded) : IClassFixture<GuardedHttp>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("caller", "GET", "/open/door")]
    [InlineData("caller", "GET", "/closed/../open")]
    [InlineData("caller", "GET", "/items/7")]
    [InlineData("caller", "GET", "/%6fpen")]
    [InlineData("stranger", "POST", "/", "x-team", "redwood")]
    [InlineData("admin", "PUT", "/", "host", "admin.example")]
    [InlineData("admin", "PUT", "/", "host", "Admin.Example:8080")]
    [InlineData("stranger", "GET", "/from-here")]
    [InlineData("stranger", "GET", "/from-afar", "x-forwarded-for", "198.51.100.1, 203.0.113.9")]
    [InlineData("stranger", "GET", "/sni")]
    [InlineData("stranger", "GET", "/port")]
    [InlineData("stranger", "GET", "/mesh-wide")]
    public async Task What_a_policy_allows_reaches_the_application(string account, string method, string path, string header = "", string value = "")
    {
        using var response = await SendAsync(account, method, path, header, value);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith(method, await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stranger", "GET", "/open/door")]
    [InlineData("caller", "POST", "/open/door")]
    [InlineData("caller", "GET", "/open/../closed")]
    [InlineData("caller", "GET", "/items/7/parts")]
    [InlineData("stranger", "POST", "/", "x-team", "blue")]
    [InlineData("stranger", "PUT", "/", "host", "admin.example")]
    [InlineData("stranger", "GET", "/from-afar", "x-forwarded-for", "203.0.113.9, 198.51.100.1")]
    [InlineData("stranger", "GET", "/other-port")]
    [InlineData("stranger", "GET", "/not-ours")]
    public async Task What_no_policy_allows_is_403_and_the_log_says_that_none_matched(
        string account, string method, string path, string header = "", string value = "")
    {
        var mark = Guid.NewGuid().ToString("N");
        using var response = await SendAsync(account, method, $"{path}?{mark}", header, value);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("RBAC: access denied", (await response.Content.ReadAsStringAsync(Token)).TrimEnd());
        var line = await LineAsync(mark);
        Assert.Equal(("rbac_access_denied_matched_policy[none]", "-", 403), (line.ResponseCodeDetails, line.ResponseFlags, line.ResponseCode));
        Assert.Null(line.UpstreamHost);
    }

    [Fact]
    public async Task A_deny_rule_beats_what_is_allowed_and_is_named_in_the_log()
    {
        var mark = Guid.NewGuid().ToString("N");
        using var denied = await SendAsync("caller", "GET", $"/open/secret?{mark}");
        using var spared = await SendAsync("admin", "POST", "/any/secret", "x-team", "red");

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK), (denied.StatusCode, spared.StatusCode));
        var line = await LineAsync(mark);
        Assert.Equal("rbac_access_denied_matched_policy[ns[prod]-policy[secrets]-rule[0]]", line.ResponseCodeDetails);
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/caller", line.DownstreamPeerUriSan);
    }

    [Fact]
    public async Task A_grpc_caller_is_told_permission_denied()
    {
        using var client = MeshCaller.Http(guarded.Workload.Mesh, guarded.Workload.Settings, "stranger", AgentMesh.GrpcPort);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{AgentMesh.Host}:{AgentMesh.GrpcPort}/echo.Echo/Say")
        {
            Content = new ByteArrayContent([0, 0, 0, 0, 0]),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        using var response = await client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("7", Assert.Single(response.Headers.GetValues("grpc-status")));
        Assert.Equal("RBAC: access denied", Uri.UnescapeDataString(Assert.Single(response.Headers.GetValues("grpc-message"))));
    }

    [Fact]
    public async Task The_application_is_told_who_called_after_what_proxies_before_have_told()
    {
        using var plain = await SendAsync("caller", "GET", "/open");
        using var behind = await SendAsync("caller", "GET", "/open", "x-forwarded-client-cert", "By=spiffe://edge;URI=spiffe://outside");

        const string own = "By=spiffe://cluster.local/ns/prod/sa/echo;Hash=[0-9a-f]{64};Subject=\"\";URI=spiffe://cluster.local/ns/prod/sa/caller$";
        Assert.Matches($"\n{own}", await plain.Content.ReadAsStringAsync(Token));
        Assert.Matches($"\nBy=spiffe://edge;URI=spiffe://outside,{own}", await behind.Content.ReadAsStringAsync(Token));
    }

    private async Task<HttpResponseMessage> SendAsync(string account, string method, string path, string header = "", string value = "")
    {
        using var client = MeshCaller.Http(guarded.Workload.Mesh, guarded.Workload.Settings, account);
        // As typed: Uri would resolve dots and escapes before anybody sees them.
        var uri = new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (header.Length > 0) request.Headers.TryAddWithoutValidation(header, value);
        return await client.SendAsync(request, Token);
    }

    private Task<AccessLogEntry> LineAsync(string mark) => guarded.Workload.Mesh.LogLineAsync(
        guarded.Workload.Settings, line => line.Path?.EndsWith(mark, StringComparison.Ordinal) == true, "the request");
}
