using System.Net;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Mesh.Payments.Storage;
using Microsoft.Extensions.Logging;

namespace Mesh.Payments.Tests.Support;

/// <summary>mesh-payments inside the test's process on a free port, with a gRPC and a JSON client.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TestStore? owned;
    private readonly PaymentsServer server;

    private TestServer(PaymentsServer server, TestStore? owned, string accessLog)
    {
        this.server = server;
        this.owned = owned;
        AccessLog = accessLog;
        Channel = GrpcChannel.ForAddress(server.Address);
        Client = new V1.Payments.PaymentsClient(Channel.Intercept(new TestTokenInterceptor()));
        Http = new HttpClient { BaseAddress = server.Address };
        LedgerChannel = GrpcChannel.ForAddress(server.LedgerAddress!);
        Ledger = new LedgerV1.Ledger.LedgerClient(LedgerChannel.Intercept(new TestTokenInterceptor()));
    }

    public string AccessLog { get; }

    public GrpcChannel Channel { get; }

    public V1.Payments.PaymentsClient Client { get; }

    public HttpClient Http { get; }

    public GrpcChannel LedgerChannel { get; }

    public LedgerV1.Ledger.LedgerClient Ledger { get; }

    /// <summary>Of a server that was started with one.</summary>
    public Uri AdminAddress => server.AdminAddress!;

    public IServiceProvider Services => server.Services;

    public IDatabase Database => (IDatabase)server.Services.GetService(typeof(IDatabase))!;

    /// <summary>With a store of its own.</summary>
    public static async Task<TestServer> StartAsync(
        StoreKind kind = StoreKind.Sqlite, Func<PaymentsOptions, PaymentsOptions>? change = null, TimeProvider? time = null)
    {
        var store = await TestStore.NewAsync(kind);
        return await StartAsync(store, "payments", store, change, time);
    }

    /// <summary>A replica on a store.</summary>
    public static Task<TestServer> StartAsync(
        TestStore store, string name, Func<PaymentsOptions, PaymentsOptions>? change = null, TimeProvider? time = null) =>
        StartAsync(store, name, null, change, time);

    /// <summary>What SIGTERM does.</summary>
    public Task StopAsync() => server.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Channel.Dispose();
        LedgerChannel.Dispose();
        await server.DisposeAsync();
        owned?.Dispose();
    }

    private static async Task<TestServer> StartAsync(
        TestStore store, string name, TestStore? owned, Func<PaymentsOptions, PaymentsOptions>? change, TimeProvider? time)
    {
        var options = new PaymentsOptions
        {
            Name = name,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            LedgerListen = new IPEndPoint(IPAddress.Loopback, 0),
            Store = store.Address,
            AccessLog = store.File($"{name}.log"),
            LogLevel = LogLevel.Warning,
        };
        options = change?.Invoke(options) ?? options;
        var server = await PaymentsServer.StartAsync(options, time ?? TimeProvider.System, TestContext.Current.CancellationToken);
        return new TestServer(server, owned, options.AccessLog!);
    }
}
