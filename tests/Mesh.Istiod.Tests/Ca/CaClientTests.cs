using System.Net;
using Grpc.Core;
using Mesh.DataPlane.Identity;
using Mesh.Istiod.Ca;
using Xunit;

namespace Mesh.Istiod.Tests.Ca;

public sealed class CaClientTests
{
    private static readonly SpiffeId Billing = new("cluster.local", "prod", "legacy-billing");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_known_token_gets_a_certificate_for_its_account()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        var identity = await IssueAsync(server.Client(server.BillingToken));

        Assert.Equal(TestCaServer.Billing, identity);
    }

    [Fact]
    public async Task A_token_added_or_changed_counts_at_once()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        var file = server.Ca.Folder.Write("my-token", "token of a new account");
        await Assert.ThrowsAsync<CaClientException>(() => IssueAsync(server.Client(file)));

        server.Tokens.Write("prod/checkout", "token of a new account\n");

        Assert.Equal("spiffe://cluster.local/ns/prod/sa/checkout", await IssueAsync(server.Client(file)));
    }

    [Fact]
    public async Task A_client_certificate_beats_the_token_and_needs_none()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        var billing = server.Ca.Issue(TestCaServer.Billing);

        Assert.Equal(TestCaServer.Billing, await IssueAsync(server.Client(server.PaymentsToken, () => billing.Context)));
        Assert.Equal(TestCaServer.Billing, await IssueAsync(server.Client(null, () => billing.Context)));
        Assert.Equal(TestCaServer.Billing, await IssueAsync(server.Client(server.Tokens.File("gone"), () => billing.Context)));
    }

    [Fact]
    public async Task A_wrong_token_is_refused_with_the_file_to_check()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        var file = server.Ca.Folder.Write("my-token", "not a token of anybody");

        var failure = await Assert.ThrowsAsync<CaClientException>(() => IssueAsync(server.Client(file)));

        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.Contains("after 1 attempt", failure.Message, StringComparison.Ordinal);
        Assert.Contains("request authenticate failure", failure.Message, StringComparison.Ordinal);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_for_a_cluster_the_ca_does_not_know_is_refused()
    {
        await using var server = await TestCaServer.StartAsync(Cancel, "eks-a", "eks-b");

        Assert.Equal(TestCaServer.Billing, await IssueAsync(server.Client(server.BillingToken, cluster: "eks-b")));
        var failure = await Assert.ThrowsAsync<CaClientException>(
            () => IssueAsync(server.Client(server.BillingToken, cluster: "eks-z")));
        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
    }

    [Fact]
    public async Task A_certificate_of_a_foreign_ca_ends_the_connection()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        using var other = await TestCa.CreateAsync(Cancel);
        var foreign = other.Issue(TestCaServer.Payments);

        var failure = await Assert.ThrowsAsync<CaClientException>(() => IssueAsync(server.Client(null, () => foreign.Context)));

        Assert.Contains($"after {CaClient.Attempts} attempt", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ca_set_up_anew_is_met_with_the_token_although_the_old_certificate_is_still_valid()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        using var old = await TestCa.CreateAsync(Cancel);
        var certificate = old.Issue(TestCaServer.Billing);

        Assert.Equal(TestCaServer.Billing, await IssueAsync(server.Client(server.BillingToken, () => certificate.Context)));
    }

    [Fact]
    public async Task A_server_that_is_not_of_our_root_is_not_given_the_token()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        using var other = await TestCa.CreateAsync(Cancel);
        var options = server.ClientOptions(server.BillingToken) with { RootFile = other.RootFile };

        var failure = await Assert.ThrowsAsync<CaClientException>(() => IssueAsync(new CaClient(options, TimeProvider.System)));

        Assert.Contains(other.RootFile, failure.Message, StringComparison.Ordinal);
        Assert.Contains("certificate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_under_another_name_is_not_trusted()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        var options = server.ClientOptions(server.BillingToken) with { ServerName = "istiod.elsewhere.svc" };

        var failure = await Assert.ThrowsAsync<CaClientException>(() => IssueAsync(new CaClient(options, TimeProvider.System)));

        Assert.Contains("it serves istiod.elsewhere.svc", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_is_tried_five_times_and_then_told()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        var options = new CaClientOptions
        {
            Address = new DnsEndPoint("127.0.0.1", UnusedPort()),
            RootFile = ca.RootFile,
            TokenFile = ca.Folder.Write("token", "some token"),
        };

        var failure = await Assert.ThrowsAsync<CaClientException>(() => IssueAsync(new CaClient(options, TimeProvider.System)));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Contains("after 5 attempt", failure.Message, StringComparison.Ordinal);
        Assert.Contains("refused", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing", "cannot read the token file")]
    [InlineData("empty", "is empty")]
    public async Task An_unusable_token_file_is_named(string kind, string expected)
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        var file = kind == "missing" ? server.Tokens.File("gone") : server.Ca.Folder.Write("empty", "\n");

        var failure = await Assert.ThrowsAsync<CaClientException>(() => IssueAsync(server.Client(file)));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_file_that_is_no_certificate_is_named()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        var file = server.Ca.Folder.Write("wrong.pem", "not a certificate");
        var options = server.ClientOptions(server.BillingToken) with { RootFile = file };

        var failure = await Assert.ThrowsAsync<CaClientException>(() => IssueAsync(new CaClient(options, TimeProvider.System)));

        Assert.Contains($"the root file {file} holds no", failure.Message, StringComparison.Ordinal);
    }

    private static int UnusedPort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string> IssueAsync(CaClient client)
    {
        var request = CertificateSigningRequest.Create(Billing, WorkloadKeyKind.EcdsaP256);
        var chain = await client.CreateCertificateAsync(request.Pem, Cancel);
        return WorkloadCertificates.FromPem(string.Concat(chain), request.KeyPem, chain[^1]).Id.ToString();
    }
}
