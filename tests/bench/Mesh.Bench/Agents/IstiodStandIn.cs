using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Istiod.Ca;
using Mesh.Istiod.Protos.Xds;
using Mesh.Istiod.Xds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Bench.Agents;

/// <summary>
/// What of istiod a registering machine sees: takes streams, believes what machines say of themselves, answers listeners, hears of health.
/// It writes no entry anywhere; the real istiod writes one to its API server before it answers.
/// </summary>
internal sealed class IstiodStandIn : AggregatedDiscoveryService.AggregatedDiscoveryServiceBase, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, long> healthy = new();
    private WebApplication? app;

    /// <summary>Machines whose streams are open and who said that they are healthy.</summary>
    public int Count => healthy.Count;

    public static async Task<IstiodStandIn> StartAsync(CertificateAuthority authority, IPEndPoint listen)
    {
        var istiod = new IstiodStandIn();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(istiod);
        var serving = SslStreamCertificateContext.Create(
            authority.IssueServing(["istiod.istio-system.svc"], TimeSpan.FromHours(12)), new X509Certificate2Collection(), offline: true);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(listen, options =>
        {
            options.Protocols = HttpProtocols.Http2;
            options.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = serving,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                    ClientCertificateRequired = true,
#pragma warning disable CA5359 // Who registers is not what is measured.
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                }),
            });
        }));
        istiod.app = builder.Build();
        istiod.app.MapGrpcService<IstiodStandIn>();
        await istiod.app.StartAsync();
        return istiod;
    }

    /// <summary>True once the machine of that address is registered and said that it is healthy.</summary>
    public bool IsHealthy(string address) => healthy.ContainsKey(address);

    public override async Task DeltaAggregatedResources(
        IAsyncStreamReader<DeltaDiscoveryRequest> requestStream, IServerStreamWriter<DeltaDiscoveryResponse> responseStream, ServerCallContext context)
    {
        var address = "";
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                var request = requestStream.Current;
                if (request.Node is { } node) address = node.Id.Split('~')[1];
                if (request.TypeUrl == XdsTypes.Health)
                {
                    if (request.ErrorDetail is null) healthy[address] = Stopwatch.GetTimestamp();
                    else healthy.TryRemove(address, out _);
                }
                else if (request.ResponseNonce.Length == 0)
                {
                    await responseStream.WriteAsync(Answer(), context.CancellationToken);
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The machine is gone.
        }

        healthy.TryRemove(address, out _);
    }

    public async ValueTask DisposeAsync()
    {
        if (app is null) return;
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }

    private static DeltaDiscoveryResponse Answer() => new()
    {
        TypeUrl = XdsTypes.Listener,
        Nonce = "1",
        SystemVersionInfo = "1",
        Resources =
        {
            new Resource
            {
                Name = "virtualInbound",
                Resource_ = new Any { TypeUrl = XdsTypes.Listener, Value = Google.Protobuf.MessageExtensions.ToByteString(new Listener { Name = "virtualInbound" }) },
            },
        },
    };
}
