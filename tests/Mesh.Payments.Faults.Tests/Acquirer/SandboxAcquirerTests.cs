using System.Globalization;
using Google.Rpc;
using Grpc.Core;
using Mesh.Acquirer.V1;
using static Mesh.Payments.Faults.Tests.Acquirer.AcquirerRequests;

namespace Mesh.Payments.Faults.Tests.Acquirer;

/// <summary>The sandbox acquirer over the wire; all tests share one process.</summary>
public sealed class SandboxAcquirerTests(SharedAcquirer shared) : IClassFixture<SharedAcquirer>
{
    private readonly string prefix = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..12];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Mesh.Acquirer.V1.Acquirer.AcquirerClient Client => shared.Acquirer.Client;

    [Fact]
    public async Task A_payment_goes_through_all_its_operations_and_nothing_is_given_back_twice()
    {
        Assert.Equal(OperationState.Approved, (await Client.AuthorizeAsync(Authorize(Id("a1")), cancellationToken: Cancellation)).State);
        Assert.Equal("amount_too_large", (await Client.CaptureAsync(Capture(Id("c0"), Id("a1"), 1001), cancellationToken: Cancellation)).DeclineCode);
        Assert.Equal(OperationState.Approved, (await Client.CaptureAsync(Capture(Id("c1"), Id("a1"), 900), cancellationToken: Cancellation)).State);
        Assert.Equal("already_captured", (await Client.CaptureAsync(Capture(Id("c2"), Id("a1"), 100), cancellationToken: Cancellation)).DeclineCode);
        Assert.Equal("already_captured", (await Client.VoidAsync(Void(Id("v1"), Id("a1")), cancellationToken: Cancellation)).DeclineCode);
        Assert.Equal(OperationState.Approved, (await Client.RefundAsync(Refund(Id("r1"), Id("a1"), 500), cancellationToken: Cancellation)).State);
        Assert.Equal("amount_too_large", (await Client.RefundAsync(Refund(Id("r2"), Id("a1"), 401), cancellationToken: Cancellation)).DeclineCode);
        Assert.Equal(OperationState.Approved, (await Client.RefundAsync(Refund(Id("r3"), Id("a1"), 400), cancellationToken: Cancellation)).State);

        await Client.AuthorizeAsync(Authorize(Id("a2")), cancellationToken: Cancellation);
        var voided = await Client.VoidAsync(Void(Id("v2"), Id("a2")), cancellationToken: Cancellation);
        Assert.Equal((OperationState.Approved, 1000), (voided.State, voided.Amount.MinorUnits));
        Assert.Equal("already_voided", (await Client.CaptureAsync(Capture(Id("c3"), Id("a2"), 1), cancellationToken: Cancellation)).DeclineCode);
        Assert.Equal("unknown_original", (await Client.RefundAsync(Refund(Id("r4"), Id("nothing"), 1), cancellationToken: Cancellation)).DeclineCode);
    }

    [Fact]
    public async Task An_operation_sent_again_answers_what_was_decided_and_is_done_once()
    {
        var first = await Client.ChargeAsync(Charge(Id("op-1")), cancellationToken: Cancellation);
        var again = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => await Client.ChargeAsync(Charge(Id("op-1")), cancellationToken: Cancellation)));

        Assert.All(again, operation => Assert.Equal(first, operation));
        Assert.Equal(first, await Client.GetOperationAsync(new GetOperationRequest { OperationId = Id("op-1") }, cancellationToken: Cancellation));
        Assert.Single(Lines());
        await FailsAsync(StatusCode.AlreadyExists, "OPERATION_MISMATCH", Client.ChargeAsync(Charge(Id("op-1"), minorUnits: 999), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.AlreadyExists, "OPERATION_MISMATCH", Client.AuthorizeAsync(Authorize(Id("op-1")), cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData("pm_card_declined", "generic_decline")]
    [InlineData("pm_card_insufficient_funds", "insufficient_funds")]
    [InlineData("pm_card_expired", "expired_card")]
    [InlineData("pm_card_lost", "lost_card")]
    [InlineData("pm_card_of_nobody", "unknown_payment_method")]
    public async Task A_card_is_declined_as_its_token_says_and_stays_so(string token, string code)
    {
        var declined = await Client.ChargeAsync(Charge(Id("op-1"), token), cancellationToken: Cancellation);

        Assert.Equal((OperationState.Declined, code), (declined.State, declined.DeclineCode));
        Assert.Equal(declined, await Client.ChargeAsync(Charge(Id("op-1"), token), cancellationToken: Cancellation));
        Assert.Equal("unknown_original", (await Client.RefundAsync(Refund(Id("r1"), Id("op-1"), 1), cancellationToken: Cancellation)).DeclineCode);
    }

    [Fact]
    public async Task What_cannot_be_understood_is_refused_and_leaves_nothing()
    {
        foreach (var wrong in new[]
        {
            Charge(""), Charge("a b"), Charge(new string('x', 101)), Charge(Id("op"), token: "4111111111111111"), Charge(Id("op"), minorUnits: 0),
            new ChargeRequest { OperationId = Id("op"), Merchant = "m", Payment = "p", PaymentMethod = "pm_card_visa" },
        })
            await FailsAsync(StatusCode.InvalidArgument, "INVALID_OPERATION", Client.ChargeAsync(wrong, cancellationToken: Cancellation));

        await FailsAsync(StatusCode.NotFound, "OPERATION_NOT_FOUND", Get(Id("op")));
        Assert.Empty(Lines());
    }

    [Fact]
    public async Task A_card_that_times_out_is_charged_without_an_answer_and_only_asking_tells()
    {
        var codes = new List<StatusCode>();
        Operation? found = null;
        await Eventually.HoldsAsync(async () =>
        {
            // On a busy machine a whole deadline may pass before the request has left.
            codes.Add(await ChargeAsync("pm_card_timeout", TimeSpan.FromMilliseconds(500)));
            return (found = await FindAsync(Id("op-1"))) is not null;
        }, Cancellation);

        Assert.Equal(StatusCode.DeadlineExceeded, codes[0]);
        Assert.Equal(OperationState.Approved, found!.State);
        Assert.Equal(found, await Client.ChargeAsync(Charge(Id("op-1"), "pm_card_timeout"), cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_late_card_is_pending_until_it_is_decided()
    {
        var call = Client.ChargeAsync(Charge(Id("op-1"), "pm_card_late"), cancellationToken: Cancellation).ResponseAsync;

        Operation? found = null;
        await Eventually.HoldsAsync(async () => (found = await FindAsync(Id("op-1"))) is not null, Cancellation);

        Assert.Contains(found!.State, new[] { OperationState.Pending, OperationState.Approved });
        Assert.Equal(OperationState.Approved, (await call).State);
        Assert.Equal(["PENDING", "APPROVED"], Lines().Select(line => line.GetProperty("state").GetString()));
        Assert.Equal(OperationState.Approved, (await FindAsync(Id("op-1")))!.State);
    }

    [Fact]
    public async Task An_unavailable_card_is_turned_away_twice_without_being_charged()
    {
        for (var time = 0; time < 2; time++)
        {
            await FailsAsync(StatusCode.Unavailable, "NOT_ACCEPTED", Client.ChargeAsync(Charge(Id("op-1"), "pm_card_unavailable"), cancellationToken: Cancellation));
            Assert.Null(await FindAsync(Id("op-1")));
        }

        Assert.Equal(OperationState.Approved, (await Client.ChargeAsync(Charge(Id("op-1"), "pm_card_unavailable"), cancellationToken: Cancellation)).State);
    }

    [Fact]
    public async Task A_flaky_card_works_or_is_turned_away_once_or_loses_its_answer()
    {
        var outcomes = new List<string>();
        for (var number = 0; number < 3; number++)
        {
            try
            {
                outcomes.Add((await Client.ChargeAsync(Charge(Id($"op-{number}"), "pm_card_flaky"), cancellationToken: Cancellation)).State.ToString());
            }
            catch (RpcException exception)
            {
                outcomes.Add(exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? "lost");
            }

            Assert.Equal(OperationState.Approved, (await Client.ChargeAsync(Charge(Id($"op-{number}"), "pm_card_flaky"), cancellationToken: Cancellation)).State);
        }

        Assert.Equal(["Approved", "NOT_ACCEPTED", "lost"], outcomes.Order(StringComparer.Ordinal));
        Assert.Equal(3, Lines().Count);
    }

    private async Task<StatusCode> ChargeAsync(string token, TimeSpan deadline)
    {
        try
        {
            await Client.ChargeAsync(Charge(Id("op-1"), token), deadline: In(deadline), cancellationToken: Cancellation);
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }

    private string Id(string id) => $"{prefix}-{id}";

    private static DateTime In(TimeSpan span) => TimeProvider.System.GetUtcNow().UtcDateTime + span;

    private AsyncUnaryCall<Operation> Get(string id) => Client.GetOperationAsync(new GetOperationRequest { OperationId = id }, cancellationToken: Cancellation);

    private Task<Operation?> FindAsync(string id) => Client.FindAsync(id, Cancellation);

    private List<System.Text.Json.JsonElement> Lines() =>
        [.. shared.Acquirer.Lines().Where(line => line.GetProperty("id").GetString()!.StartsWith(prefix, StringComparison.Ordinal))];

    private static async Task FailsAsync(StatusCode code, string reason, AsyncUnaryCall<Operation> call)
    {
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await call);
        var info = exception.GetRpcStatus()?.GetDetail<ErrorInfo>();
        Assert.Equal((code, "acquirer.v1", reason), (exception.StatusCode, info?.Domain, info?.Reason));
    }
}
