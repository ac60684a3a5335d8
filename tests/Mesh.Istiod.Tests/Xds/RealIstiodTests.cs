using System.Net;
using Mesh.DataPlane.Identity;
using Mesh.Istiod.Ca;
using Mesh.Istiod.Xds;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>The machine of the recordings registers with a real istiod, where there is one.</summary>
public sealed class RealIstiodTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <remarks>
    /// ISTIOD_ADDRESS is HOST:PORT of the TLS port, ISTIOD_ROOT the file with its roots and ISTIOD_TOKEN that with a token of prod/legacy-billing;
    /// the WorkloadGroup prod/legacy-billing must exist.
    /// </remarks>
    [Fact]
    public async Task A_machine_registers_says_how_it_is_and_leaves()
    {
        var address = Environment.GetEnvironmentVariable("ISTIOD_ADDRESS");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "ISTIOD_ADDRESS is not set");
        var colon = address!.LastIndexOf(':');
        var options = new AdsClientOptions
        {
            Address = new DnsEndPoint(address[..colon].Trim('[', ']'), int.Parse(address.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture)),
            RootFile = Environment.GetEnvironmentVariable("ISTIOD_ROOT") ?? "root-cert.pem",
            TokenFile = Environment.GetEnvironmentVariable("ISTIOD_TOKEN") ?? "istio-token",
            ClusterId = AdsFixture.Vm.Cluster,
        };
        foreach (var protocol in Enum.GetValues<AdsProtocol>()) await JoinAndLeaveAsync(options with { Protocol = protocol });
    }

    /// <remarks>With the same three variables; nothing needs to exist but the service account.</remarks>
    [Fact]
    public async Task A_machine_gets_a_certificate_by_its_token_and_renews_with_it()
    {
        var address = Environment.GetEnvironmentVariable("ISTIOD_ADDRESS");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "ISTIOD_ADDRESS is not set");
        var colon = address!.LastIndexOf(':');
        var root = Environment.GetEnvironmentVariable("ISTIOD_ROOT") ?? "root-cert.pem";
        WorkloadCertificate? current = null;
        var client = new CaClient(
            new CaClientOptions
            {
                Address = new DnsEndPoint(address[..colon].Trim('[', ']'), int.Parse(address.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture)),
                RootFile = root,
                TokenFile = Environment.GetEnvironmentVariable("ISTIOD_TOKEN") ?? "istio-token",
                ClientCertificate = () => current?.Context,
            },
            TimeProvider.System);
        for (var round = 0; round < 2; round++)
        {
            var request = CertificateSigningRequest.Create(new SpiffeId("cluster.local", "prod", "legacy-billing"), WorkloadKeyKind.EcdsaP256);
            var blocks = await client.CreateCertificateAsync(request.Pem, Cancel);
            current = WorkloadCertificates.FromPem(string.Concat(blocks.Select(block => block.TrimEnd() + "\n")), request.KeyPem, blocks[^1]);
            Assert.EndsWith("/ns/prod/sa/legacy-billing", current.Id.ToString(), StringComparison.Ordinal);
        }
    }

    private static async Task JoinAndLeaveAsync(AdsClientOptions options)
    {
        var consumer = new TestConsumer(AdsFixture.Vm);
        using var client = new AdsClient(options, consumer, TimeProvider.System, NullLogger<AdsClient>.Instance);
        var running = client.RunAsync(Cancel);
        await client.ReportAsync(new HealthReport(true), Cancel);

        await Poll.UntilAsync(() => client.Status.Connected, $"istiod answers; {client.Status.Failure}", Cancel);
        Assert.NotEmpty(consumer.Received);
        await client.LeaveAsync(new HealthReport(false, "Leaving"), Cancel);
        await running;
    }
}
