using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Mesh.Acquirer.V1;
using Mesh.Hosting;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Tests.Support;
using Money = Mesh.Payments.Domain.Money;

namespace Mesh.Payments.Tests.Acquiring;

public sealed class GrpcAcquirerTests
{
    private static readonly TimeSpan Patient = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_kind_of_operation_reaches_the_acquirer_with_all_it_needs()
    {
        await using var service = await FakeAcquirer.StartAsync();
        using var acquirer = new GrpcAcquirer(service.Address, Patient, TimeProvider.System);

        foreach (var kind in Enum.GetValues<AcquirerOperationKind>())
            Assert.Equal(new AcquirerOutcome.Approved("ref-1"), await acquirer.SendAsync(Operation(kind), Cancellation));

        var amount = new Amount { CurrencyCode = "EUR", MinorUnits = 1250 };
        Assert.Equal(
            new object[]
            {
                new AuthorizeRequest { OperationId = "op-1", Merchant = "acme", Payment = "payments/p1", PaymentMethod = "pm_card_visa", Amount = amount },
                new ChargeRequest { OperationId = "op-1", Merchant = "acme", Payment = "payments/p1", PaymentMethod = "pm_card_visa", Amount = amount },
                new CaptureRequest { OperationId = "op-1", OriginalOperationId = "op-0", Payment = "payments/p1", Amount = amount },
                new VoidRequest { OperationId = "op-1", OriginalOperationId = "op-0", Payment = "payments/p1" },
                new RefundRequest { OperationId = "op-1", OriginalOperationId = "op-0", Payment = "payments/p1", Amount = amount },
            },
            service.Requests);
    }

    [Fact]
    public async Task What_the_acquirer_decided_is_the_outcome_of_sending_and_of_asking()
    {
        await using var service = await FakeAcquirer.StartAsync();
        using var acquirer = new GrpcAcquirer(service.Address, Patient, TimeProvider.System);
        foreach (var (answer, expected) in new (Operation, AcquirerOutcome)[]
        {
            (new Operation { State = OperationState.Approved, Reference = "r" }, new AcquirerOutcome.Approved("r")),
            (new Operation { State = OperationState.Pending }, new AcquirerOutcome.Pending()),
            (new Operation { State = OperationState.Declined, DeclineCode = "lost_card", DeclineMessage = "lost" }, new AcquirerOutcome.Declined("lost_card", "lost")),
        })
        {
            answer.OperationId = "op-1";
            service.Answer = (_, _) => Task.FromResult(answer);

            Assert.Equal(expected, await acquirer.SendAsync(Operation(), Cancellation));
            Assert.Equal(expected, await acquirer.FindAsync("op-1", Cancellation));
        }
    }

    [Fact]
    public async Task Nobody_listening_is_surely_not_done()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var acquirer = new GrpcAcquirer(new Uri($"http://127.0.0.1:{port}"), Patient, TimeProvider.System);

        await Assert.ThrowsAsync<AcquirerUnavailableException>(() => acquirer.SendAsync(Operation(), Cancellation));
        await Assert.ThrowsAsync<AcquirerUnknownException>(() => acquirer.FindAsync("op-1", Cancellation));
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_answer_leaves_the_outcome_unknown()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var server = Task.Run(async () =>
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync(Cancellation);
                // The request has arrived, and the process dies.
                await socket.ReceiveAsync(new byte[4096], Cancellation);
                socket.LingerState = new LingerOption(true, 0);
            }
        }, Cancellation);
        using var acquirer = new GrpcAcquirer(new Uri($"http://127.0.0.1:{port}"), Patient, TimeProvider.System);

        await Assert.ThrowsAsync<AcquirerUnknownException>(() => acquirer.SendAsync(Operation(), Cancellation));
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => server);
    }

    [Fact]
    public async Task An_acquirer_that_stops_in_the_middle_of_a_call_leaves_the_outcome_unknown()
    {
        var service = await FakeAcquirer.StartAsync();
        var arrived = new TaskCompletionSource();
        service.Answer = async (_, context) =>
        {
            arrived.SetResult();
            context.GetHttpContext().Abort();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new Operation();
        };
        await using (service)
        {
            using var acquirer = new GrpcAcquirer(service.Address, Patient, TimeProvider.System);

            await Assert.ThrowsAsync<AcquirerUnknownException>(() => acquirer.SendAsync(Operation(), Cancellation));
            Assert.True(arrived.Task.IsCompleted);
        }
    }

    [Fact]
    public async Task No_answer_in_time_leaves_the_outcome_unknown()
    {
        await using var service = await FakeAcquirer.StartAsync();
        service.Answer = async (_, context) =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new Operation();
        };
        using var acquirer = new GrpcAcquirer(service.Address, TimeSpan.FromMilliseconds(300), TimeProvider.System);

        await Assert.ThrowsAsync<AcquirerUnknownException>(() => acquirer.SendAsync(Operation(), Cancellation));
        await Assert.ThrowsAsync<AcquirerUnknownException>(() => acquirer.FindAsync("op-1", Cancellation));
    }

    [Fact]
    public async Task Only_the_acquirers_own_word_tells_that_nothing_was_done()
    {
        await using var service = await FakeAcquirer.StartAsync();
        using var acquirer = new GrpcAcquirer(service.Address, Patient, TimeProvider.System);

        service.Answer = (_, _) => throw FakeAcquirer.Error(StatusCode.Unavailable, "NOT_ACCEPTED");
        await Assert.ThrowsAsync<AcquirerUnavailableException>(() => acquirer.SendAsync(Operation(), Cancellation));

        service.Answer = (_, _) => throw FakeAcquirer.Error(StatusCode.InvalidArgument, "INVALID_OPERATION");
        Assert.Equal("invalid_operation", Assert.IsType<AcquirerOutcome.Declined>(await acquirer.SendAsync(Operation(), Cancellation)).Code);

        service.Answer = (_, _) => throw FakeAcquirer.Error(StatusCode.AlreadyExists, "OPERATION_MISMATCH");
        await Assert.ThrowsAsync<InvariantException>(() => acquirer.SendAsync(Operation(), Cancellation));

        service.Answer = (_, _) => throw FakeAcquirer.Error(StatusCode.NotFound, "OPERATION_NOT_FOUND");
        Assert.Null(await acquirer.FindAsync("op-1", Cancellation));

        // A proxy says the same words without having asked the acquirer, or after it lost the answer.
        foreach (var code in new[] { StatusCode.Unavailable, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.Internal, StatusCode.Unimplemented })
        {
            service.Answer = (_, _) => throw new RpcException(new Status(code, "from a proxy"));
            await Assert.ThrowsAsync<AcquirerUnknownException>(() => acquirer.SendAsync(Operation(), Cancellation));
            await Assert.ThrowsAsync<AcquirerUnknownException>(() => acquirer.FindAsync("op-1", Cancellation));
            service.Answer = (_, _) => throw FakeAcquirer.Error(code, "NOT_ACCEPTED", "proxy.example.com");
            await Assert.ThrowsAsync<AcquirerUnknownException>(() => acquirer.SendAsync(Operation(), Cancellation));
        }
    }

    [Fact]
    public async Task A_call_that_its_caller_gave_up_is_cancelled_and_not_an_outcome()
    {
        await using var service = await FakeAcquirer.StartAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        service.Answer = async (_, context) =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new Operation();
        };
        using var acquirer = new GrpcAcquirer(service.Address, Patient, TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquirer.SendAsync(Operation(), cancel.Token));
    }

    private static AcquirerOperation Operation(AcquirerOperationKind kind = AcquirerOperationKind.Charge) => new()
    {
        Id = "op-1",
        Kind = kind,
        PaymentId = "p1",
        Merchant = "acme",
        Amount = new Money("EUR", 1250),
        PaymentMethod = "pm_card_visa",
        OriginalId = "op-0",
    };
}
