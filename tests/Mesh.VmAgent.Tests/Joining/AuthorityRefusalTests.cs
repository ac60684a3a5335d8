using System.Net;
using Grpc.Core;
using Mesh.DataPlane.Bootstrap;
using Mesh.Istiod.Tests.Xds;
using Mesh.VmAgent.Tests.Proxy;

namespace Mesh.VmAgent.Tests.Joining;

/// <summary>A CA that says no: the machine says what it lacks, goes on asking at its leisure, and does not end.</summary>
public sealed class AuthorityRefusalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StatusCode.Unauthenticated, "request authenticate failure", "the token expired at 2001-09-09")]
    [InlineData(StatusCode.PermissionDenied, "account is revoked", "the CA knows this account and gives it no certificate")]
    [InlineData(StatusCode.InvalidArgument, "CSR signing error (unknown trust domain)", "compare trust domain, kind of key and validity")]
    [InlineData(StatusCode.Unimplemented, "unknown service", "istiod's is 15012")]
    public async Task A_refusal_is_a_clear_state_and_no_end(StatusCode code, string detail, string remedy)
    {
        await using var mesh = await AgentMesh.CreateAsync();
        await using var ca = await FakeIstiod.StartAsync(mesh.Authority, Token);
        using var folder = new TemporaryFolder();
        // Claims: for istio-ca, expired in 2001.
        await File.WriteAllTextAsync(folder["token"], "e30.eyJhdWQiOlsiaXN0aW8tY2EiXSwiZXhwIjoxMDAwMDAwMDAwfQ.x", Token);
        var agent = await mesh.StartAsync(
            mesh.Settings("echo") with
            {
                Identity = new IdentitySpec(new DnsEndPoint(ca.EndPoint.Address.ToString(), ca.EndPoint.Port), null),
                CaRoot = mesh.Root,
                CaToken = folder["token"],
            },
            waitReady: false);

        for (var asked = 0; asked < 2; asked++)
        {
            var call = await ca.AcceptAsync(Token);
            await call.ReadAsync(Token);
            await call.EndAsync(code, detail);
            await Eventually.HoldsAsync(
                () => agent.Status.Identity.Problem?.Contains(detail, StringComparison.Ordinal) == true, $"the refusal is told; {agent.Status.Identity.Problem}");
        }

        Assert.Contains(remedy, agent.Status.Identity.Problem, StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            () => agent.Status.Missing.Any(line => line.Contains(detail, StringComparison.Ordinal)), "readiness says what is missing");
        Assert.False(agent.Readiness.IsReady);
    }
}
