using System.Net;
using System.Net.Security;
using System.Text;
using Mesh.Hosting.AccessLogs;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>AuthorizationPolicies of connections that are not looked into, and policies that change or cannot be read.</summary>
public sealed class AuthorizationChangeTests
{
    private const string OnlyCaller = """{rules: [{from: [{source: {principals: [cluster.local/ns/prod/sa/caller]}}]}]}""";
    private const string Nobody = """{}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tcp_connection_is_carried_for_whom_a_policy_allows_and_closed_for_others()
    {
        await using var workload = await GuardedWorkload.StartAsync(_ => GuardedWorkload.Policy("callers", OnlyCaller));

        await using (var allowed = await MeshCaller.OpenAsync(workload.Mesh, workload.Settings, "caller"))
            Assert.Equal("hello", await EchoAsync(allowed, "hello"));
        await using (var denied = await MeshCaller.OpenAsync(workload.Mesh, workload.Settings, "stranger"))
            Assert.Equal("", await EchoAsync(denied, "hello"));

        var line = await workload.Mesh.LogLineAsync(workload.Settings, entry => entry.Kind == AccessLogKind.Refused, "the refusal");
        Assert.Equal("rbac_access_denied_matched_policy[none]", line.ResponseCodeDetails);
        Assert.Equal("spiffe://cluster.local/ns/prod/sa/stranger", line.DownstreamPeerUriSan);
    }

    [Fact]
    public async Task Rules_about_http_allow_no_tcp_and_deny_by_what_is_left_of_them()
    {
        await using var workload = await GuardedWorkload.StartAsync(_ =>
            GuardedWorkload.Policy("callers", OnlyCaller)
            + GuardedWorkload.Policy("strangers", """{rules: [{from: [{source: {principals: ["*/sa/stranger"]}}], to: [{operation: {methods: [GET]}}]}]}"""));
        await using (var denied = await MeshCaller.OpenAsync(workload.Mesh, workload.Settings, "stranger"))
            Assert.Equal("", await EchoAsync(denied, "hello"));

        workload.Configure(
            GuardedWorkload.Policy("callers", OnlyCaller)
            + GuardedWorkload.Policy("no-gets", """{action: DENY, rules: [{from: [{source: {principals: ["*/sa/caller"]}}], to: [{operation: {methods: [GET]}}]}]}"""));

        await Eventually.HoldsAsync(
            async () =>
            {
                await using var stream = await MeshCaller.OpenAsync(workload.Mesh, workload.Settings, "caller");
                // One that was let in before the change is closed by it, without being refused: the next one is.
                return await EchoAsync(stream, "hello") == ""
                    && workload.Mesh.Log(workload.Settings).Any(entry => entry.ResponseCodeDetails == "rbac_access_denied_matched_policy[ns[prod]-policy[no-gets]-rule[0]]");
            },
            "the caller is denied by the rule");
    }

    [Fact]
    public async Task A_policy_that_changes_holds_for_requests_on_open_connections_and_closes_open_tcp_connections_it_forbids()
    {
        await using var workload = await GuardedWorkload.StartAsync(_ => GuardedWorkload.Policy("callers", OnlyCaller));
        using var http = MeshCaller.Http(workload.Mesh, workload.Settings, "caller");
        var uri = new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/");
        await using var tcp = await MeshCaller.OpenAsync(workload.Mesh, workload.Settings, "caller");
        Assert.Equal("before", await EchoAsync(tcp, "before"));
        using (var before = await http.GetAsync(uri, Token)) Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        // A change that still allows leaves it alone.
        workload.Configure(GuardedWorkload.Policy("callers", OnlyCaller) + GuardedWorkload.Policy("unrelated", """{action: DENY, rules: [{to: [{operation: {ports: ["1"]}}]}]}"""));
        await Eventually.HoldsAsync(() => workload.Agent.Status.Configuration.Version > 1, "the policy is read");
        Assert.Equal("still", await EchoAsync(tcp, "still"));

        workload.Configure(GuardedWorkload.Policy("nobody", Nobody));

        Assert.Equal("", await EchoAsync(tcp, ""));
        await Eventually.HoldsAsync(
            async () =>
            {
                using var after = await http.GetAsync(uri, Token);
                return after.StatusCode == HttpStatusCode.Forbidden;
            },
            "the open HTTP connection is denied");
    }

    [Fact]
    public async Task A_policy_that_could_never_be_read_lets_nobody_in_until_it_is_mended()
    {
        var broken = GuardedWorkload.Policy("callers", OnlyCaller).Replace("principals", "principal", StringComparison.Ordinal);
        await using var workload = await GuardedWorkload.StartAsync(_ => broken);
        using var http = MeshCaller.Http(workload.Mesh, workload.Settings, "caller");
        var uri = new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/");

        using (var closed = await http.GetAsync(uri, Token)) Assert.Equal(HttpStatusCode.Forbidden, closed.StatusCode);
        var line = await workload.Mesh.LogLineAsync(workload.Settings, entry => entry.Kind == AccessLogKind.Http, "the request");
        Assert.Contains("not all policies could be read", line.ResponseCodeDetails, StringComparison.Ordinal);
        Assert.Contains("authorization.yaml", line.ResponseCodeDetails, StringComparison.Ordinal);

        workload.Configure(GuardedWorkload.Policy("callers", OnlyCaller));
        await Eventually.HoldsAsync(async () => await StatusAsync(http, uri) == HttpStatusCode.OK, "the mended policy lets the caller in");

        // Broken again, the last good one stays in force.
        workload.Configure(broken);
        await Eventually.HoldsAsync(
            () => workload.Agent.Status.Configuration.Diagnostics.Any(finding => finding.Contains("principal", StringComparison.Ordinal)), "the fault is found");
        using var stranger = MeshCaller.Http(workload.Mesh, workload.Settings, "stranger");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, uri));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(stranger, uri));
    }

    [Fact]
    public async Task What_an_external_authorizer_guards_is_closed_and_says_why()
    {
        await using var workload = await GuardedWorkload.StartAsync(_ => GuardedWorkload.Policy(
            "ask", """{action: CUSTOM, provider: {name: opa}, rules: [{to: [{operation: {paths: [/guarded*]}}]}]}"""));
        using var http = MeshCaller.Http(workload.Mesh, workload.Settings, "caller");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/free")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(http, new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/guarded")));

        var line = await workload.Mesh.LogLineAsync(workload.Settings, entry => entry.Path == "/guarded", "the request");
        Assert.Equal("UAEX", line.ResponseFlags);
        Assert.Contains("provider opa", line.ResponseCodeDetails, StringComparison.Ordinal);
        Assert.Contains(workload.Agent.Status.Configuration.Diagnostics, finding => finding.StartsWith("AuthorizationPolicy prod/ask:", StringComparison.Ordinal));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, Uri uri)
    {
        using var response = await client.GetAsync(uri, Token);
        return response.StatusCode;
    }

    /// <summary>Sends a text and gives what comes back of the same length; empty when the connection is closed instead.</summary>
    private static async Task<string> EchoAsync(SslStream stream, string text)
    {
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Token);
            var answer = new byte[Math.Max(1, text.Length)];
            var read = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, Token);
            return Encoding.ASCII.GetString(answer, 0, read);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
