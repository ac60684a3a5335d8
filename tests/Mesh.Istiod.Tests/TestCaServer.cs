using System.Net;
using System.Net.Security;
using Mesh.Istiod.Ca;
using Microsoft.Extensions.Logging;

namespace Mesh.Istiod.Tests;

/// <summary>The real CA server on a free port with two accounts' tokens.</summary>
internal sealed class TestCaServer : IAsyncDisposable
{
    public const string Payments = "spiffe://cluster.local/ns/prod/sa/payments";
    public const string Billing = "spiffe://cluster.local/ns/prod/sa/legacy-billing";

    private readonly TestFolder tokens;
    private readonly CaServer server;

    private TestCaServer(TestCa ca, TestFolder tokens, CaServer server)
    {
        Ca = ca;
        this.tokens = tokens;
        this.server = server;
    }

    public TestCa Ca { get; }

    public TestFolder Tokens => tokens;

    public IPEndPoint EndPoint => server.EndPoint;

    public string PaymentsToken => tokens.File("prod/payments");

    public string BillingToken => tokens.File("prod/legacy-billing");

    public static async Task<TestCaServer> StartAsync(CancellationToken cancellationToken, params string[] clusters)
    {
        var ca = await TestCa.CreateAsync(cancellationToken);
        var tokens = new TestFolder();
        tokens.Write("prod/payments", "token-of-payments\n");
        tokens.Write("prod/legacy-billing", "token-of-legacy-billing\n");
        var options = new CaServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            TokenFolder = tokens.Path,
            Clusters = clusters,
        };
        var server = await CaServer.StartAsync(
            ca.Authority, options, TimeProvider.System, logging => logging.ClearProviders(), cancellationToken);
        return new TestCaServer(ca, tokens, server);
    }

    public CaClientOptions ClientOptions(
        string? tokenFile, Func<SslStreamCertificateContext?>? certificate = null, string cluster = "", long ttlSeconds = 0) => new()
        {
            Address = new DnsEndPoint(EndPoint.Address.ToString(), EndPoint.Port),
            RootFile = Ca.RootFile,
            TokenFile = tokenFile,
            ClientCertificate = certificate,
            ClusterId = cluster,
            Ttl = TimeSpan.FromSeconds(ttlSeconds),
        };

    public CaClient Client(
        string? tokenFile, Func<SslStreamCertificateContext?>? certificate = null, string cluster = "", long ttlSeconds = 0) =>
        new(ClientOptions(tokenFile, certificate, cluster, ttlSeconds), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        tokens.Dispose();
        Ca.Dispose();
    }
}
