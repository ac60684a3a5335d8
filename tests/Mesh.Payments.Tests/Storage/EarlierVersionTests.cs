using Google.Rpc;
using Grpc.Core;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Mesh.Payments.V1;

namespace Mesh.Payments.Tests.Storage;

/// <summary>
/// The version before operations of the acquirer and this one run on one schema: its rows are read and changed by this one,
/// its statements still work, and what it does not know it cannot destroy.
/// </summary>
public abstract class EarlierVersionTests(StoreKind kind)
{
    private const string Payments =
        "INSERT INTO payments (id, merchant, currency, amount, captured, refunded, capture_method, payment_method, description, state, " +
        "failure_code, failure_message, create_time_us, update_time_us, version) " +
        "VALUES ($1, 'default', 'EUR', 1000, 1000, 0, 1, 'pm_card_visa', '', 3, NULL, NULL, $2, $2, 1)";

    private const string Update =
        "UPDATE payments SET captured = $2, refunded = $3, state = $4, failure_code = $5, failure_message = $6, " +
        "update_time_us = $7, version = $8 WHERE id = $1 AND version = $9";

    private const string Keys =
        "INSERT INTO idempotency_keys (caller, idempotency_key, method, fingerprint, code, answer, payment_id, " +
        "create_time_us, expire_time_us) VALUES ('', $1, 'CreatePayment', $2, 0, $3, NULL, $4, $5)";

    private const string Replay =
        "SELECT method, fingerprint, code, answer, payment_id FROM idempotency_keys " +
        "WHERE caller = $1 AND idempotency_key = $2 AND expire_time_us > $3";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_payment_that_the_earlier_version_writes_is_read_listed_and_refunded()
    {
        await using var server = await TestServer.StartAsync(kind);
        var id = new string('a', 32);
        await ExecuteAsync(server, Payments, id, NowUs());
        await ExecuteAsync(server, "INSERT INTO accounts (id, currency, normal_side, may_go_negative, debits, credits, entries, create_time_us) " +
            "VALUES ('acquirer/receivable/EUR', 'EUR', 1, 1, 0, 0, 0, $1)", NowUs());

        var read = await server.Client.GetPaymentAsync(new GetPaymentRequest { Name = $"payments/{id}" });
        var listed = await server.Client.ListPaymentsAsync(new ListPaymentsRequest());
        var refunded = await server.Client.RefundPaymentAsync(Requests.Refund(read.Name, 400));

        Assert.Equal(read, Assert.Single(listed.Payments));
        Assert.Equal((PaymentState.PartiallyRefunded, 400L), (refunded.State, refunded.AmountRefunded.MinorUnits));
    }

    [Fact]
    public async Task A_key_that_the_earlier_version_answered_is_answered_so_again()
    {
        await using var server = await TestServer.StartAsync(kind);
        var request = Requests.Create(5);
        var made = await server.Client.CreatePaymentAsync(request);
        // The row as the earlier version writes it, under another key.
        await using (var session = await server.Database.OpenAsync(Token))
        {
            var rows = await session.QueryAsync("SELECT fingerprint, answer FROM idempotency_keys",
                row => (row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1)), Token);
            await session.ExecuteAsync(Keys, Token, "old", rows[0].Item1, rows[0].Item2, NowUs(), NowUs() + 1_000_000_000_000);
        }

        request.IdempotencyKey = "old";

        Assert.Equal(made, await server.Client.CreatePaymentAsync(request));
    }

    [Fact]
    public async Task What_waits_for_the_acquirer_cannot_be_overwritten_by_the_earlier_version_and_its_key_says_come_again()
    {
        var silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var acquirer = await FakeAcquirer.StartAsync();
        acquirer.Answer = async (request, _) =>
        {
            if (request is Mesh.Acquirer.V1.RefundRequest) await silence.Task;
            return AcquirerAnswers.Approve(request);
        };
        await using var server = await TestServer.StartAsync(kind, options => options with
        {
            Acquirer = new AcquirerAddress(acquirer.Address),
            AcquirerWait = TimeSpan.FromMilliseconds(50),
        });
        var payment = await Rpc.UntilDecidedAsync(server.Client, Requests.Create(1000));
        var refund = Requests.Refund(payment.Name, 400, key: "refund");
        await Rpc.FailureAsync(server.Client.RefundPaymentAsync(refund));
        var id = payment.Name["payments/".Length..];

        await using (var session = await server.Database.OpenAsync(Token))
        {
            var version = (await session.QueryAsync("SELECT version FROM payments", row => row.GetInt64(0), Token))[0];
            var exception = await Assert.ThrowsAnyAsync<Exception>(() =>
                session.ExecuteAsync(Update, Token, id, 1000L, 1000L, (short)7, null, null, NowUs(), version + 1, version));
            Assert.Contains("constraint", exception.Message, StringComparison.OrdinalIgnoreCase);
        }

        await using (var session = await server.Database.OpenAsync(Token))
        {
            var row = Assert.Single(await session.QueryAsync(Replay, row => (Code: row.GetInt16(2), Answer: row.GetFieldValue<byte[]>(3)), Token, "", "refund", NowUs()));
            Assert.Equal((short)StatusCode.Aborted, row.Code);
            Assert.NotNull(Google.Rpc.Status.Parser.ParseFrom(row.Answer).GetDetail<RetryInfo>());
        }

        silence.SetResult();
        Assert.Equal(400, (await Rpc.UntilNotBusyAsync(() => server.Client.RefundPaymentAsync(refund))).AmountRefunded.MinorUnits);
    }

    private static long NowUs() => Times.ToMicroseconds(DateTimeOffset.UtcNow);

    private static async Task ExecuteAsync(TestServer server, string sql, params object?[] parameters)
    {
        await using var session = await server.Database.OpenAsync(Token);
        await session.ExecuteAsync(sql, Token, parameters);
    }
}
