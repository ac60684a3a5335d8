using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Payments.LedgerV1;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Mesh.Payments.Tests.Support.LedgerRequests;

namespace Mesh.Payments.Tests.Api;

public abstract class LedgerApiTests(StoreKind kind)
{
    [Fact]
    public async Task A_transfer_moves_an_amount_and_both_accounts_list_it_with_their_balances()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Ledger.OpenFilledAsync("alice", 1000);
        await server.Ledger.OpenAsync("shops/bob");
        var transfer = Move("alice", "shops/bob", 300);
        transfer.Code = 7;

        Assert.Equal([TransferOutcome.Created], await server.Ledger.SendAsync(transfer));

        Assert.Equal((700, 700), await server.Ledger.BalanceAsync("alice"));
        Assert.Equal((300, 300), await server.Ledger.BalanceAsync("shops/bob"));
        var entries = (await server.Ledger.ListEntriesAsync(new ListEntriesRequest { Parent = "accounts/alice" })).Entries;
        Assert.Equal(["1 Credit 1000 = 1000 accounts/world", "2 Debit 300 = 700 accounts/shops/bob"], entries.Select(Line));
        Assert.Equal("accounts/alice/entries/2", entries[1].Name);
        var read = await server.Ledger.GetTransferAsync(new GetTransferRequest { Name = transfer.Name });
        Assert.Equal((transfer.DebitAccount, transfer.CreditAccount, transfer.Amount, 7), (read.DebitAccount, read.CreditAccount, read.Amount, read.Code));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task Each_call_that_changed_the_ledger_leaves_an_audit_row_and_no_other_does()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Ledger.OpenAsync("alice");
        await server.Ledger.OpenAsync("alice");
        await server.Ledger.OpenAsync("world", mayGoNegative: true);
        var transfer = Move("world", "alice", 10, name: "transfers/t1");
        await server.Ledger.SendAsync(transfer, Move("alice", "world", 11, name: "transfers/t2"));
        await server.Ledger.SendAsync(transfer);
        await server.Ledger.SendAsync(Move("alice", "world", 11, name: "transfers/t3"));

        await using var session = await server.Database.OpenAsync(TestContext.Current.CancellationToken);
        var rows = await session.QueryAsync("SELECT method, idempotency_key, outcome, trace_id FROM audit ORDER BY time_us, id",
            row => $"{row.GetString(0)} {row.GetString(1)} {row.GetString(2)} {row.GetString(3).Length}", TestContext.Current.CancellationToken);

        Assert.Equal(["CreateAccount alice OK 32", "CreateAccount world OK 32", "CreateTransfers t1 1 of 2 created 32"], rows);
    }

    [Fact]
    public async Task A_repeated_transfer_exists_and_one_with_the_same_name_and_other_fields_is_refused()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Ledger.OpenFilledAsync("alice", 1000);
        await server.Ledger.OpenAsync("bob");
        var transfer = Move("alice", "bob", 300);
        var first = (await server.Ledger.CreateTransfersAsync(new CreateTransfersRequest { Transfers = { transfer } })).Results[0];
        var again = (await server.Ledger.CreateTransfersAsync(new CreateTransfersRequest { Transfers = { transfer } })).Results[0];

        Assert.Equal((TransferOutcome.Exists, first.CreateTime), (again.Outcome, again.CreateTime));
        Assert.Equal([TransferOutcome.ExistsWithDifferentFields, TransferOutcome.Created, TransferOutcome.Exists],
            await server.Ledger.SendAsync(Move("alice", "bob", 301, name: transfer.Name), Move("alice", "bob", 1, name: "transfers/x"),
                Move("alice", "bob", 1, name: "transfers/x")));
        Assert.Equal((699, 699), await server.Ledger.BalanceAsync("alice"));
    }

    [Fact]
    public async Task Each_transfer_is_decided_after_those_before_it_and_refused_alone()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Ledger.OpenFilledAsync("alice", 100);
        await server.Ledger.OpenAsync("bob");
        await server.Ledger.OpenAsync("dollars", currency: "USD");

        var outcomes = await server.Ledger.SendAsync(
            Move("bob", "alice", 60), Move("alice", "bob", 60), Move("alice", "bob", 60), Move("bob", "alice", 20),
            Move("alice", "nobody", 1), Move("nobody", "alice", 1), Move("alice", "dollars", 1), Move("alice", "bob", 60));

        Assert.Equal(
            [TransferOutcome.ExceedsDebitAccountBalance, TransferOutcome.Created, TransferOutcome.ExceedsDebitAccountBalance,
                TransferOutcome.Created, TransferOutcome.CreditAccountNotFound, TransferOutcome.DebitAccountNotFound,
                TransferOutcome.CurrencyMismatch, TransferOutcome.Created], outcomes);
        Assert.Equal((0, 0), await server.Ledger.BalanceAsync("alice"));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task A_pending_transfer_reserves_and_is_posted_in_part_once()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Ledger.OpenFilledAsync("alice", 100);
        await server.Ledger.OpenAsync("bob");
        var pending = Move("alice", "bob", 80, TransferKind.Pending);
        Assert.Equal([TransferOutcome.Created], await server.Ledger.SendAsync(pending));
        Assert.Equal((100, 20), await server.Ledger.BalanceAsync("alice"));
        Assert.Equal((0, 0), await server.Ledger.BalanceAsync("bob"));

        var post = Post(pending.Name, 50);
        Assert.Equal(
            [TransferOutcome.ExceedsDebitAccountBalance, TransferOutcome.ExceedsPendingAmount, TransferOutcome.Created,
                TransferOutcome.Exists, TransferOutcome.PendingTransferPosted, TransferOutcome.PendingTransferPosted],
            await server.Ledger.SendAsync(
                Move("alice", "bob", 21), Post(pending.Name, 81), post, post, Post(pending.Name), Void(pending.Name)));

        Assert.Equal([TransferOutcome.Exists, TransferOutcome.Exists], await server.Ledger.SendAsync(post, pending));
        Assert.Equal((50, 50), await server.Ledger.BalanceAsync("alice"));
        Assert.Equal((50, 50), await server.Ledger.BalanceAsync("bob"));
        Assert.Equal(PendingState.Posted, (await server.Ledger.GetTransferAsync(new GetTransferRequest { Name = pending.Name })).PendingState);
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task A_voided_transfer_gives_back_what_it_reserved_and_only_pending_ones_can_be_voided()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Ledger.OpenFilledAsync("alice", 100);
        await server.Ledger.OpenAsync("bob");
        var pending = Move("alice", "bob", 80, TransferKind.Pending);
        var other = Void(pending.Name);
        other.DebitAccount = "accounts/bob";

        Assert.Equal(
            [TransferOutcome.Created, TransferOutcome.DiffersFromPendingTransfer, TransferOutcome.Created, TransferOutcome.PendingTransferVoided],
            await server.Ledger.SendAsync(pending, other, Void(pending.Name), Post(pending.Name)));
        var immediate = Move("alice", "bob", 100);
        Assert.Equal([TransferOutcome.Created, TransferOutcome.TransferNotPending, TransferOutcome.PendingTransferNotFound],
            await server.Ledger.SendAsync(immediate, Void(immediate.Name), Void("transfers/none")));

        Assert.Equal((0, 0), await server.Ledger.BalanceAsync("alice"));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task A_pending_transfer_expires_and_a_late_post_is_refused()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(kind, time: time);
        await server.Ledger.OpenFilledAsync("alice", 100);
        await server.Ledger.OpenAsync("bob");
        var (first, second) = (Move("alice", "bob", 30, TransferKind.Pending), Move("alice", "bob", 40, TransferKind.Pending));
        first.Timeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(1));
        second.Timeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(2));
        await server.Ledger.SendAsync(first, second);
        var expiry = server.Services.GetRequiredService<LedgerExpiry>();
        Assert.Equal(0, await expiry.ReleaseAsync(TestContext.Current.CancellationToken));

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([TransferOutcome.PendingTransferExpired], await server.Ledger.SendAsync(Post(first.Name)));
        await expiry.ReleaseAsync(TestContext.Current.CancellationToken);

        Assert.Equal((100, 60), await server.Ledger.BalanceAsync("alice"));
        Assert.Equal([TransferOutcome.PendingTransferExpired, TransferOutcome.Created], await server.Ledger.SendAsync(Void(first.Name), Post(second.Name)));
        Assert.Equal((60, 60), await server.Ledger.BalanceAsync("alice"));
        Assert.Equal(PendingState.Expired, (await server.Ledger.GetTransferAsync(new GetTransferRequest { Name = first.Name })).PendingState);
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task Linked_transfers_succeed_or_fail_together()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Ledger.OpenFilledAsync("alice", 100);
        await server.Ledger.OpenAsync("bob");
        await server.Ledger.OpenAsync("carol");
        Transfer[] chain = [Move("alice", "bob", 60).Linked(), Move("bob", "carol", 60).Linked(), Move("alice", "carol", 40)];

        Assert.Equal([TransferOutcome.Created, TransferOutcome.Created, TransferOutcome.Created], await server.Ledger.SendAsync(chain));
        Assert.Equal([TransferOutcome.Exists, TransferOutcome.Exists, TransferOutcome.Exists], await server.Ledger.SendAsync(chain));
        Assert.Equal(
            [TransferOutcome.LinkedTransferFailed, TransferOutcome.ExceedsDebitAccountBalance, TransferOutcome.LinkedTransferFailed,
                TransferOutcome.Created],
            await server.Ledger.SendAsync(
                Move("carol", "alice", 100).Linked(), Move("carol", "bob", 1).Linked(), Move("alice", "bob", 1), Move("carol", "alice", 70)));
        Assert.Equal([TransferOutcome.LinkedTransferFailed, TransferOutcome.LinkedChainOpen],
            await server.Ledger.SendAsync(Move("carol", "alice", 1).Linked(), Move("carol", "alice", 1).Linked()));
        Assert.Equal([TransferOutcome.LinkedTransferFailed, TransferOutcome.LinkedChainDiffers],
            await server.Ledger.SendAsync(Move("carol", "alice", 1).Linked(), chain[2]));

        Assert.Equal((70, 70), await server.Ledger.BalanceAsync("alice"));
        Assert.Equal((30, 30), await server.Ledger.BalanceAsync("carol"));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task A_sum_that_cannot_be_counted_is_refused_and_never_wraps()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Ledger.OpenAsync("world", NormalSide.Debit, mayGoNegative: true);
        await server.Ledger.OpenAsync("rich");

        Assert.Equal(
            [TransferOutcome.Overflow, TransferOutcome.Created, TransferOutcome.Overflow, TransferOutcome.Created, TransferOutcome.Overflow],
            await server.Ledger.SendAsync(
                Move("world", "rich", long.MaxValue), Move("world", "rich", (1L << 62) - 1), Move("world", "rich", 2),
                Move("world", "rich", 1, TransferKind.Pending), Move("world", "rich", 1)));
        Assert.Empty(await Books.CheckAsync(server.Database));
    }

    [Fact]
    public async Task Bulk_transfers_are_streamed_and_counted()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Ledger.OpenFilledAsync("alice", 100);
        await server.Ledger.OpenAsync("bob");
        var refused = Move("bob", "alice", 500);
        using var call = server.Ledger.ImportTransfers();
        for (var batch = 0; batch < 5; batch++)
        {
            var message = new CreateTransfersRequest();
            for (var i = 0; i < 20; i++) message.Transfers.Add(Move("alice", "bob", 1, name: $"transfers/bulk-{batch % 4}-{i}"));
            await call.RequestStream.WriteAsync(message, TestContext.Current.CancellationToken);
        }

        await call.RequestStream.WriteAsync(new CreateTransfersRequest { Transfers = { refused } }, TestContext.Current.CancellationToken);
        await call.RequestStream.CompleteAsync();
        var response = await call;

        Assert.Equal((80, 20, 1), (response.CreatedCount, response.ExistingCount, response.RefusedCount));
        Assert.Equal((refused.Name, TransferOutcome.ExceedsDebitAccountBalance), (response.Refused[0].Name, response.Refused[0].Outcome));
        Assert.Equal((20, 20), await server.Ledger.BalanceAsync("alice"));
    }

    [Fact]
    public async Task Entries_come_in_pages_that_join_without_gap()
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Ledger.OpenFilledAsync("alice", 100);
        await server.Ledger.OpenAsync("bob");
        for (var i = 0; i < 6; i++) await server.Ledger.SendAsync(i % 2 == 0 ? Move("alice", "bob", 10) : Move("bob", "alice", 5));

        var (numbers, token) = (new List<long>(), "");
        do
        {
            var page = await server.Ledger.ListEntriesAsync(new ListEntriesRequest { Parent = "accounts/alice", PageSize = 3, PageToken = token });
            Assert.InRange(page.Entries.Count, 1, 3);
            numbers.AddRange(page.Entries.Select(entry => entry.Number));
            token = page.NextPageToken;
            if (token.Length == 0) Assert.Equal(85, page.Entries[^1].BalanceMinorUnits);
            else
            {
                var (code, reason, _) = await Rpc.FailureAsync(server.Ledger.ListEntriesAsync(new ListEntriesRequest { Parent = "accounts/bob", PageToken = token }));
                Assert.Equal((StatusCode.InvalidArgument, "INVALID_FIELD"), (code, reason));
            }
        }
        while (token.Length > 0);

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], numbers);
    }

    [Fact]
    public async Task An_account_can_be_opened_again_only_as_it_is()
    {
        await using var server = await TestServer.StartAsync(kind);
        var first = await server.Ledger.OpenAsync("alice");
        await server.Ledger.OpenFilledAsync("alice", 5);

        var again = await server.Ledger.OpenAsync("alice");

        Assert.Equal((first.CreateTime, 5), (again.CreateTime, again.BalanceMinorUnits));
        var other = new Account { Name = "accounts/alice", CurrencyCode = "EUR", NormalSide = NormalSide.Debit };
        var (code, reason, status) = await Rpc.FailureAsync(server.Ledger.CreateAccountAsync(new CreateAccountRequest { Account = other }));
        Assert.Equal((StatusCode.AlreadyExists, "ACCOUNT_EXISTS_WITH_DIFFERENT_FIELDS"), (code, reason));
        Assert.Equal("ledger.v1", status.GetDetail<Google.Rpc.ErrorInfo>().Domain);
        (code, reason, _) = await Rpc.FailureAsync(server.Ledger.GetAccountAsync(new GetAccountRequest { Name = "accounts/none" }));
        Assert.Equal((StatusCode.NotFound, "ACCOUNT_NOT_FOUND"), (code, reason));
    }

    [Fact]
    public async Task A_payments_own_transfers_stand_in_the_same_ledger()
    {
        await using var server = await TestServer.StartAsync(kind);
        var payment = await server.Client.CreatePaymentAsync(Requests.Create(1250));

        var entries = (await server.Ledger.ListEntriesAsync(new ListEntriesRequest { Parent = "accounts/merchants/default/payable/EUR" })).Entries;

        Assert.Equal(1250, Assert.Single(entries).BalanceMinorUnits);
        var transfer = await server.Ledger.GetTransferAsync(new GetTransferRequest { Name = entries[0].Transfer });
        Assert.Equal(payment.Name, transfer.Payment);
    }

    private static string Line(Entry entry) =>
        $"{entry.Number} {entry.Side} {entry.Amount.MinorUnits} = {entry.BalanceMinorUnits} {entry.OtherAccount}";
}
