using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Mesh.Payments.V1;

namespace Mesh.Payments.Tests.Storage;

/// <summary>What the code would never write, the database refuses as well; and the checker of the books sees planted errors.</summary>
public abstract class LedgerConstraintTests(StoreKind kind)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("UPDATE payments SET captured = amount + 1")]
    [InlineData("UPDATE payments SET refunded = captured + 1")]
    [InlineData("UPDATE payments SET state = 4")]
    [InlineData("UPDATE payments SET amount = 0")]
    [InlineData("UPDATE accounts SET debits = credits + 1 WHERE id LIKE 'merchants/%/holds/%'")]
    [InlineData("UPDATE accounts SET debits = 9223372036854775807, credits = 9223372036854775807")]
    [InlineData("UPDATE transfers SET amount = -amount")]
    [InlineData("UPDATE transfers SET credit_account = debit_account")]
    [InlineData("UPDATE transfers SET currency = 'USD'")]
    [InlineData("UPDATE transfers SET debit_entry = 1")]
    [InlineData("UPDATE transfers SET debit_entry = NULL")]
    [InlineData("UPDATE transfers SET kind = 2")]
    [InlineData("UPDATE transfers SET kind = 3")]
    [InlineData("UPDATE transfers SET pending_state = 1")]
    [InlineData("UPDATE transfers SET expire_time_us = 1")]
    [InlineData("UPDATE accounts SET pending_debits = -1")]
    [InlineData("UPDATE accounts SET pending_debits = 1 WHERE id LIKE 'merchants/%/holds/%'")]
    [InlineData("UPDATE accounts SET pending_credits = 4611686018427387904")]
    public async Task A_row_that_breaks_a_rule_is_refused(string sql)
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Client.CreatePaymentAsync(Requests.Create());
        await server.Client.CreatePaymentAsync(Requests.Create());
        await using var session = await server.Database.OpenAsync(Token);

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => session.ExecuteAsync(sql, Token));

        Assert.Contains("constraint", exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("UPDATE accounts SET credits = credits + 1 WHERE id = 'merchants/default/payable/EUR'", 3)]
    [InlineData("UPDATE accounts SET entries = entries + 1 WHERE id = 'acquirer/receivable/EUR'", 1)]
    [InlineData("UPDATE payments SET captured = captured - 1", 1)]
    [InlineData("DELETE FROM transfers WHERE code = 3", 5)]
    [InlineData("UPDATE payments SET state = 2, captured = 0", 2)]
    public async Task The_checker_of_the_books_sees_a_planted_error(string sql, int findings)
    {
        await using var server = await TestServer.StartAsync(kind);
        await server.Client.CreatePaymentAsync(Requests.Create());
        Assert.Empty(await Books.CheckAsync(server.Database));
        await using (var session = await server.Database.OpenAsync(Token)) await session.ExecuteAsync(sql, Token);

        Assert.Equal(findings, (await Books.CheckAsync(server.Database)).Count);
    }

    [Fact]
    public async Task Every_mutation_leaves_an_audit_row_with_its_outcome()
    {
        await using var server = await TestServer.StartAsync(kind);
        var payment = await server.Client.CreatePaymentAsync(Requests.Create(capture: CaptureMethod.Manual));
        await server.Client.CancelPaymentAsync(Requests.Cancel(payment.Name));
        await Rpc.FailureAsync(server.Client.CapturePaymentAsync(Requests.Capture(payment.Name)));

        await using var session = await server.Database.OpenAsync(Token);
        var rows = await session.QueryAsync("SELECT method, outcome, payment_id FROM audit ORDER BY time_us, id",
            row => $"{row.GetString(0)} {row.GetString(1)} {row.GetString(2)}", Token);

        var id = payment.Name["payments/".Length..];
        Assert.Equal(
            [
                $"CreatePayment Accepted {id}", $"CreatePayment OK {id}", $"CancelPayment Accepted {id}", $"CancelPayment OK {id}",
                $"CapturePayment FailedPrecondition {id}",
            ], rows);
    }
}
