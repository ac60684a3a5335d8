using System.Net;
using Mesh.Config.Resources.Networking;
using Mesh.Istiod.Xds;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>A client that runs against a fake istiod.</summary>
internal sealed class AdsFixture : IAsyncDisposable
{
    private readonly TestCa ca;
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    private AdsFixture(TestCa ca, FakeIstiod istiod, Func<AdsClientOptions, AdsClientOptions> change)
    {
        this.ca = ca;
        Istiod = istiod;
        Consumer = new TestConsumer(Vm);
        ca.Folder.Write("istio-token", "<token legacy-billing>\n");
        Options = change(new AdsClientOptions
        {
            Address = new DnsEndPoint(istiod.EndPoint.Address.ToString(), istiod.EndPoint.Port),
            RootFile = ca.RootFile,
            TokenFile = ca.Folder.File("istio-token"),
            ClusterId = "eks-a",
            SlowRetry = TimeSpan.FromMilliseconds(20),
        });
        Client = new AdsClient(Options, Consumer, TimeProvider.System, NullLogger<AdsClient>.Instance, new Random(1));
        running = Client.RunAsync(stop.Token);
    }

    /// <summary>The machine of the recordings.</summary>
    public static XdsNode Vm { get; } = new("billing-vm-1", "prod", [IPAddress.Parse("172.31.9.17")])
    {
        ServiceAccount = "legacy-billing",
        Cluster = "eks-a",
        Network = "vpc-legacy",
        MeshId = "payments-mesh",
        Locality = new("us-east-1", "us-east-1a"),
        AutoRegisterGroup = "legacy-billing",
        DiscoveryAddress = "istiod.istio-system.svc:15012",
        IstioVersion = "1.32.0",
        Labels = System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(
        [
            KeyValuePair.Create("app", "legacy-billing"),
            KeyValuePair.Create("service.istio.io/canonical-name", "legacy-billing"),
            KeyValuePair.Create("service.istio.io/canonical-revision", "v7"),
            KeyValuePair.Create("version", "v7"),
        ]),
        Ports = System.Collections.Immutable.ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("http", 9080), KeyValuePair.Create("tcp", 9090)]),
        ReadinessProbe = new ReadinessProbe
        {
            FailureThreshold = 3,
            InitialDelaySeconds = 2,
            PeriodSeconds = 5,
            HttpGet = new HttpHealthCheck { Path = "/healthz", Port = 9080 },
        },
        Extra = System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(
            [KeyValuePair.Create("DNS_CAPTURE", "true"), KeyValuePair.Create("DNS_AUTO_ALLOCATE", "true")]),
    };

    public FakeIstiod Istiod { get; }

    public TestConsumer Consumer { get; }

    public AdsClientOptions Options { get; }

    public AdsClient Client { get; }

    /// <summary>Ends only when the client was told to leave, or broke.</summary>
    public Task Running => running;

    public TestFolder Files => ca.Folder;

    /// <param name="change">Changes what the client is told.</param>
    public static async Task<AdsFixture> StartAsync(
        CancellationToken cancellationToken, Func<TestCa, AdsClientOptions, AdsClientOptions>? change = null)
    {
        var ca = await TestCa.CreateAsync(cancellationToken);
        var istiod = await FakeIstiod.StartAsync(ca.Authority, cancellationToken);
        return new AdsFixture(ca, istiod, options => change?.Invoke(ca, options) ?? options);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Client.Dispose();
        await Istiod.DisposeAsync();
        stop.Dispose();
        ca.Dispose();
    }
}
