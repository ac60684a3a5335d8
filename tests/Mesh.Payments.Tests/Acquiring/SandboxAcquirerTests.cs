using Mesh.Payments.Acquiring;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Tests.Acquiring;

public sealed class SandboxAcquirerTests
{
    private readonly SandboxAcquirer acquirer = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("pm_card_visa", null)]
    [InlineData("pm_card_insufficient_funds", "insufficient_funds")]
    public async Task A_token_decides_and_the_decision_can_be_asked_for(string token, string? declineCode)
    {
        Assert.Null(await acquirer.FindAsync("op-1", Cancellation));

        var outcome = await acquirer.SendAsync(Charge(token), Cancellation);

        Assert.Equal(declineCode, (outcome as AcquirerOutcome.Declined)?.Code);
        Assert.Equal(declineCode is null, outcome is AcquirerOutcome.Approved);
        Assert.Equal(outcome, await acquirer.FindAsync("op-1", Cancellation));
        Assert.Equal(outcome, await acquirer.SendAsync(Charge(token), Cancellation));
    }

    [Theory]
    [InlineData("pm_card_timeout")]
    [InlineData("pm_card_late")]
    public async Task What_is_not_answered_in_time_was_done_all_the_same(string token)
    {
        await Assert.ThrowsAsync<AcquirerUnknownException>(() => acquirer.SendAsync(Charge(token), Cancellation));

        Assert.IsType<AcquirerOutcome.Approved>(await acquirer.FindAsync("op-1", Cancellation));
    }

    [Fact]
    public async Task What_was_turned_away_was_not_done_until_it_is_sent_often_enough()
    {
        for (var time = 0; time < 2; time++)
        {
            await Assert.ThrowsAsync<AcquirerUnavailableException>(() => acquirer.SendAsync(Charge("pm_card_unavailable"), Cancellation));
            Assert.Null(await acquirer.FindAsync("op-1", Cancellation));
        }

        Assert.IsType<AcquirerOutcome.Approved>(await acquirer.SendAsync(Charge("pm_card_unavailable"), Cancellation));
    }

    private static AcquirerOperation Charge(string token) => new()
    {
        Id = "op-1",
        Kind = AcquirerOperationKind.Charge,
        PaymentId = "p1",
        Merchant = "acme",
        Amount = new Money("EUR", 1250),
        PaymentMethod = token,
    };
}
