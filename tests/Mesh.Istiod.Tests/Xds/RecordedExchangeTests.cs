using Grpc.Core;
using Mesh.Istiod.Xds;
using Xunit;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>
/// Plays istiod's part of the recorded exchanges and compares what our client says with what the real one was told. What is recorded of
/// the client it has to say by itself (introduction, acknowledgements, health after a reconnect); the test only tells it of health and
/// of further types at the moments of the recording.
/// </summary>
public sealed class RecordedExchangeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("vm/vm-registration-sotw.json")]
    [InlineData("vm/vm-registration-delta.json")]
    [InlineData("protocol/istiod-restart.json")]
    public async Task A_machine_says_to_istiod_what_was_recorded(string file)
    {
        var events = RecordedEvent.Load(file).Where(one => one.Stream == "vm").ToList();
        Assert.SkipWhen(events.Count == 0, RecordedEvent.Missing);
        var delta = events.First(one => one.Kind == "open").Delta;
        await using var fixture = await AdsFixture.StartAsync(
            Cancel, (_, options) => options with { Protocol = delta ? AdsProtocol.Delta : AdsProtocol.StateOfTheWorld });

        await new Replay(fixture, events, delta).RunAsync(Cancel);
        Assert.False(fixture.Running.IsCompleted, "the client goes on");
    }

    [Theory]
    [InlineData("vm/vm-registration-errors.json")]
    [InlineData("vm/delta-errors.json")]
    public async Task Every_recorded_refusal_is_understood_and_tried_again_slowly(string file)
    {
        var ends = RecordedEvent.Load(file).Where(one => one.Kind == "end" && one.Code is not ("Canceled" or "OK")).ToList();
        Assert.SkipWhen(ends.Count == 0, RecordedEvent.Missing);
        await using var fixture = await AdsFixture.StartAsync(Cancel);
        foreach (var end in ends)
        {
            var code = Enum.Parse<StatusCode>(end.Code);
            var stream = await fixture.Istiod.AcceptAsync(Cancel);
            await stream.ReadAsync(Cancel);
            await stream.EndAsync(code, end.Message);
            await Poll.UntilAsync(() => fixture.Client.Status.Failure?.Message.Contains(end.Message, StringComparison.Ordinal) == true, end.Message, Cancel);

            var failure = fixture.Client.Status.Failure!;
            Assert.Equal((code, Expected(code)), (failure.Code, failure.Kind));
            Assert.True(failure.IsLasting, $"{failure} is not hammered at");
            Assert.Contains(";", failure.Message, StringComparison.Ordinal);
        }
    }

    private static AdsFailureKind Expected(StatusCode code) => code switch
    {
        StatusCode.Unauthenticated => AdsFailureKind.NotAuthenticated,
        StatusCode.FailedPrecondition => AdsFailureKind.NoGroup,
        _ => AdsFailureKind.Refused,
    };
}
