using Mesh.DataPlane.Identity;
using Mesh.Hosting.AccessLogs;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>Callers that share no code with us and have a certificate of the mesh.</summary>
public sealed class ForeignCallerTests(GuardedHttp guarded) : IClassFixture<GuardedHttp>
{
    private const string Host = $"{AgentMesh.Host}:9080";

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Curl_with_a_mesh_certificate_is_served_and_judged(string version)
    {
        Command.Require("curl");
        var allowed = await CurlAsync("caller", version, "/open");
        var denied = await CurlAsync("stranger", version, "/open");

        Assert.EndsWith(" 200", allowed, StringComparison.Ordinal);
        Assert.Contains("URI=spiffe://cluster.local/ns/prod/sa/caller", allowed, StringComparison.Ordinal);
        Assert.Equal("RBAC: access denied 403", denied);
    }

    [Fact]
    public async Task Envoys_alpn_is_accepted_and_a_client_that_offers_peer_exchange_is_not_promised_any()
    {
        Command.Require("openssl");
        var folder = guarded.Workload.Mesh.IdentityFolder("caller");

        var (_, output) = await Command.RunAsync(
            "openssl", "s_client", "-connect", $"127.0.0.1:{guarded.Workload.Settings.InboundPort}", "-servername", MeshCaller.Sni(AgentMesh.TcpPort),
            "-alpn", "istio-peer-exchange,istio", "-cert", Path.Combine(folder, FileWorkloadIdentity.ChainFile), "-key", Path.Combine(folder, FileWorkloadIdentity.KeyFile));

        Assert.Contains("ALPN protocol: istio\n", output, StringComparison.Ordinal);
        // Of the DENY rule on paths there is left for TCP whom it means.
        await guarded.Workload.Mesh.LogLineAsync(
            guarded.Workload.Settings,
            line => line is { Kind: AccessLogKind.Refused, ResponseCodeDetails: "rbac_access_denied_matched_policy[ns[prod]-policy[secrets]-rule[0]]" },
            "the refusal");
    }

    private async Task<string> CurlAsync(string account, string version, string path)
    {
        var workload = guarded.Workload;
        var folder = workload.Mesh.IdentityFolder(account);
        var (_, output) = await Command.RunAsync(
            "curl", "-s", "-k", version, "--noproxy", "*", "--cert", Path.Combine(folder, FileWorkloadIdentity.ChainFile),
            "--key", Path.Combine(folder, FileWorkloadIdentity.KeyFile), "--connect-to", $"::127.0.0.1:{workload.Settings.InboundPort}",
            "-H", $"Host: {Host}", "-w", " %{http_code}", $"https://{MeshCaller.Sni(AgentMesh.HttpPort)}{path}");
        return output.ReplaceLineEndings("");
    }
}
