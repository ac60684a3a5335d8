using Grpc.Core;
using Mesh.Acquirer.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Payments.Tests.Support;

/// <summary>A service that speaks acquirer.v1 and does what the test says.</summary>
internal sealed class FakeAcquirer : Mesh.Acquirer.V1.Acquirer.AcquirerBase, IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeAcquirer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        app = builder.Build();
        app.MapGrpcService<FakeAcquirer>();
    }

    public Uri Address => new(app.Urls.First());

    /// <summary>Every request that arrived.</summary>
    public List<object> Requests { get; } = [];

    public Func<object, ServerCallContext, Task<Operation>> Answer { get; set; } =
        (_, _) => Task.FromResult(new Operation { OperationId = "op-1", State = OperationState.Approved, Reference = "ref-1" });

    public static async Task<FakeAcquirer> StartAsync()
    {
        var fake = new FakeAcquirer();
        await fake.app.StartAsync(TestContext.Current.CancellationToken);
        return fake;
    }

    /// <summary>An error as the acquirer itself gives it.</summary>
    public static RpcException Error(StatusCode code, string reason, string domain = "acquirer.v1") => new Google.Rpc.Status
    {
        Code = (int)code,
        Message = reason,
        Details = { Google.Protobuf.WellKnownTypes.Any.Pack(new Google.Rpc.ErrorInfo { Domain = domain, Reason = reason }) },
    }.ToRpcException();

    public override Task<Operation> Authorize(AuthorizeRequest request, ServerCallContext context) => Take(request, context);

    public override Task<Operation> Charge(ChargeRequest request, ServerCallContext context) => Take(request, context);

    public override Task<Operation> Capture(CaptureRequest request, ServerCallContext context) => Take(request, context);

    public override Task<Operation> Void(VoidRequest request, ServerCallContext context) => Take(request, context);

    public override Task<Operation> Refund(RefundRequest request, ServerCallContext context) => Take(request, context);

    public override Task<Operation> GetOperation(GetOperationRequest request, ServerCallContext context) => Take(request, context);

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private Task<Operation> Take(object request, ServerCallContext context)
    {
        lock (Requests) Requests.Add(request);
        return Answer(request, context);
    }
}
