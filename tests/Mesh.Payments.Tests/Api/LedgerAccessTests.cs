using Grpc.Core;
using Grpc.Core.Interceptors;
using Mesh.Payments.LedgerV1;
using Mesh.Payments.Tests.Support;
using static Mesh.Payments.Tests.Support.LedgerRequests;

namespace Mesh.Payments.Tests.Api;

public sealed class LedgerAccessTests
{
    [Fact]
    public async Task The_ledger_is_not_served_where_payments_are_nor_payments_where_the_ledger_is()
    {
        await using var server = await TestServer.StartAsync();
        var ledgerOfPayments = new Ledger.LedgerClient(server.Channel.Intercept(new TestTokenInterceptor()));
        var paymentsOfLedger = new V1.Payments.PaymentsClient(server.LedgerChannel.Intercept(new TestTokenInterceptor()));

        var first = await Assert.ThrowsAsync<RpcException>(() => ledgerOfPayments.OpenAsync("alice"));
        var second = await Assert.ThrowsAsync<RpcException>(async () => await paymentsOfLedger.CreatePaymentAsync(Requests.Create()));

        Assert.Equal((StatusCode.Unimplemented, StatusCode.Unimplemented), (first.StatusCode, second.StatusCode));
        Assert.Equal("accounts/alice", (await server.Ledger.OpenAsync("alice")).Name);
    }

    [Fact]
    public async Task A_call_that_is_not_well_formed_names_every_wrong_field_and_does_nothing()
    {
        await using var server = await TestServer.StartAsync();
        await server.Ledger.OpenFilledAsync("alice", 100);
        await server.Ledger.OpenAsync("bob");
        var wrong = new Transfer
        {
            Name = "transfers/4111111111111111",
            DebitAccount = "accounts//x",
            CreditAccount = "bob",
            Amount = new Money { CurrencyCode = "eur", MinorUnits = 0 },
            PendingTransfer = "transfers/x",
            Timeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
            Code = 40_000,
        };

        var (code, _, status) = await Rpc.FailureAsync(server.Ledger.CreateTransfersAsync(
            new CreateTransfersRequest { Transfers = { Move("alice", "bob", 1), wrong, Move("alice", "alice", 1), Post("") } }));

        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.Equal(
            ["transfers[1].amount.currency_code", "transfers[1].amount.minor_units", "transfers[1].code", "transfers[1].credit_account",
                "transfers[1].debit_account", "transfers[1].name", "transfers[1].pending_transfer", "transfers[1].timeout",
                "transfers[2].credit_account", "transfers[3].pending_transfer"],
            status.GetDetail<Google.Rpc.BadRequest>().FieldViolations.Select(violation => violation.Field).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("4111", status.ToString(), StringComparison.Ordinal);
        Assert.Equal((100, 100), await server.Ledger.BalanceAsync("alice"));
    }

    [Fact]
    public async Task A_call_takes_as_many_transfers_as_it_says_and_no_more()
    {
        await using var server = await TestServer.StartAsync();
        await server.Ledger.OpenFilledAsync("alice", 2000);
        await server.Ledger.OpenAsync("bob");
        var many = Enumerable.Range(0, 1025).Select(_ => Move("alice", "bob", 1)).ToArray();

        Assert.All(await server.Ledger.SendAsync(many[..1024]), outcome => Assert.Equal(TransferOutcome.Created, outcome));
        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Ledger.SendAsync(many));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Equal((976, 976), await server.Ledger.BalanceAsync("alice"));
    }

    [Fact]
    public void Every_outcome_has_the_same_name_and_number_inside_and_outside()
    {
        var inside = Enum.GetValues<Accounting.TransferOutcome>().Select(outcome => $"{(int)outcome} {outcome}");
        var outside = Enum.GetValues<TransferOutcome>().Where(outcome => outcome != TransferOutcome.Unspecified).Select(outcome => $"{(int)outcome} {outcome}");

        Assert.Equal(inside, outside);
    }
}
