using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Istiod.Protos.Xds;
using Mesh.Istiod.Xds;
using Xunit;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>What a client does on good and bad days of its istiod.</summary>
public sealed class AdsClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_is_kept_until_istiod_knows_the_machine_and_is_said_again_on_every_stream()
    {
        await using var fixture = await AdsFixture.StartAsync(Cancel);
        await fixture.Client.ReportAsync(new HealthReport(false, "starting"), Cancel);
        await fixture.Client.ReportAsync(new HealthReport(true), Cancel);
        for (var round = 1; round <= 3; round++)
        {
            var stream = await fixture.Istiod.AcceptAsync(Cancel);
            var first = await ReadAsync(stream);
            Assert.Equal((XdsTypes.Listener, AdsFixture.Vm.Id), (first.TypeUrl, first.Node.Id));
            await stream.SendAsync(Listeners.Delta($"n{round}", "v1", "0.0.0.0_9080"), Cancel);
            Assert.Equal($"n{round}", (await ReadAsync(stream)).ResponseNonce);
            var health = await ReadAsync(stream);
            Assert.Equal((XdsTypes.Health, true, true), (health.TypeUrl, health.ErrorDetail is null, health.Node is null));
            stream.Cut();
        }
    }

    [Fact]
    public async Task A_response_that_cannot_be_used_is_refused_with_the_reason_and_the_next_good_one_accepted()
    {
        await using var fixture = await AdsFixture.StartAsync(Cancel, (_, options) => options with { Protocol = AdsProtocol.StateOfTheWorld });
        var stream = await fixture.Istiod.AcceptAsync(Cancel);
        await ReadFullAsync(stream);
        await stream.SendAsync(Listeners.StateOfTheWorld("n1", "v1", "a"), Cancel);
        Assert.Equal(("v1", "n1"), Version(await ReadFullAsync(stream)));

        var mixed = Listeners.StateOfTheWorld("n2", "v2", "a");
        mixed.Resources.Add(Any.Pack(new Node()));
        await stream.SendAsync(mixed, Cancel);
        var refused = await ReadFullAsync(stream);
        Assert.Equal(("v1", "n2"), Version(refused));
        Assert.Contains("resource 1 is of type", refused.ErrorDetail.Message, StringComparison.Ordinal);

        fixture.Consumer.Opinion = _ => throw new FormatException("no such listener");
        await stream.SendAsync(Listeners.StateOfTheWorld("n3", "v3", "a"), Cancel);
        Assert.Contains("no such listener", (await ReadFullAsync(stream)).ErrorDetail.Message, StringComparison.Ordinal);

        fixture.Consumer.Opinion = _ => null;
        await stream.SendAsync(Listeners.StateOfTheWorld("n4", "v4", "a"), Cancel);
        var accepted = await ReadFullAsync(stream);
        Assert.Equal(("v4", "n4", true), (accepted.VersionInfo, accepted.ResponseNonce, accepted.ErrorDetail is null));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Mangled_responses_neither_end_the_client_nor_keep_it_from_the_next_good_one(int seed)
    {
        var random = new Random(seed);
        await using var fixture = await AdsFixture.StartAsync(Cancel);
        var good = Listeners.Delta("nonce", "version", Enumerable.Range(0, 20).Select(i => $"0.0.0.0_{i}")).ToByteArray();
        var stream = await GreetedAsync(fixture);
        for (var round = 0; round < 25; round++)
        {
            try
            {
                await stream.SendAsync(Mangled(good, random), Cancel);
                await stream.SendAsync(Listeners.Delta($"good-{round}", "v", "a"), Cancel);
                while ((await ReadAsync(stream)).ResponseNonce != $"good-{round}")
                {
                    // The answer to the mangled one, if it could be read at all.
                }
            }
            catch (Exception error) when (error is IOException or InvalidOperationException or OperationCanceledException
                || error is Microsoft.AspNetCore.Http.BadHttpRequestException)
            {
                Assert.False(Cancel.IsCancellationRequested);
                // Not a message at all: the stream was given up, and the next one is there.
                stream = await GreetedAsync(fixture);
            }

            Assert.False(fixture.Running.IsCompleted, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public async Task A_certificate_goes_first_and_the_token_when_the_certificate_is_not_believed()
    {
        await using var fixture = await AdsFixture.StartAsync(Cancel, (ca, options) =>
        {
            var own = ca.Issue("spiffe://cluster.local/ns/prod/sa/legacy-billing");
            return options with { ClientCertificate = () => own.Context };
        });
        var first = await fixture.Istiod.AcceptAsync(Cancel);
        Assert.True(first.HasClientCertificate);
        await first.EndAsync(StatusCode.Unauthenticated, "authentication failure");

        var second = await fixture.Istiod.AcceptAsync(Cancel);
        Assert.Equal((false, "Bearer <token legacy-billing>"), (second.HasClientCertificate, second.Authorization));
    }

    [Fact]
    public async Task A_new_token_is_used_for_the_next_stream_and_a_missing_one_is_named()
    {
        await using var fixture = await AdsFixture.StartAsync(Cancel);
        var first = await fixture.Istiod.AcceptAsync(Cancel);
        File.Delete(fixture.Files.File("istio-token"));
        await first.EndAsync(StatusCode.Unauthenticated, "authentication failure");
        await Poll.UntilAsync(
            () => fixture.Client.Status.Failure?.Message.Contains("cannot read the token file", StringComparison.Ordinal) == true, "told", Cancel);
        fixture.Files.Write("istio-token", "fresh\n");

        Assert.Equal("Bearer fresh", (await fixture.Istiod.AcceptAsync(Cancel)).Authorization);
    }

    [Fact]
    public async Task A_server_with_a_certificate_of_another_root_is_not_talked_to()
    {
        using var other = await TestCa.CreateAsync(Cancel);
        await using var fixture = await AdsFixture.StartAsync(Cancel, (_, options) => options with { RootFile = other.RootFile });
        await Poll.UntilAsync(() => fixture.Client.Status.Failure is not null, "a failure", Cancel);
        Assert.Equal(AdsFailureKind.Transient, fixture.Client.Status.Failure!.Kind);
        Assert.Contains("certificate", fixture.Client.Status.Failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_host_name_is_dialled_at_whichever_of_its_addresses_answers()
    {
        await using var fixture = await AdsFixture.StartAsync(
            Cancel, (_, options) => options with { Address = new System.Net.DnsEndPoint("localhost", options.Address.Port) });
        Assert.Equal("DeltaAggregatedResources", (await fixture.Istiod.AcceptAsync(Cancel)).Method);
    }

    [Fact]
    public async Task Who_leaves_says_a_last_word_and_ends_the_stream_for_good()
    {
        await using var fixture = await AdsFixture.StartAsync(Cancel);
        var stream = await fixture.Istiod.AcceptAsync(Cancel);
        await ReadAsync(stream);
        await stream.SendAsync(Listeners.Delta("n1", "v1", "a"), Cancel);
        await ReadAsync(stream);
        await Poll.UntilAsync(() => fixture.Client.Status.Connected, "connected", Cancel);

        await fixture.Client.LeaveAsync(new HealthReport(false, "leaving"), Cancel);
        Assert.Equal("leaving", (await ReadAsync(stream)).ErrorDetail.Message);
        Assert.Null(await stream.ReadAsync(Cancel));
        await stream.EndAsync(StatusCode.OK, "");
        await fixture.Running;
    }

    [Fact]
    public async Task Silence_after_the_first_request_is_given_up()
    {
        await using var fixture = await AdsFixture.StartAsync(
            Cancel, (_, options) => options with { FirstResponseTimeout = TimeSpan.FromMilliseconds(300) });
        await fixture.Istiod.AcceptAsync(Cancel);
        await Poll.UntilAsync(() => fixture.Client.Status.Failure?.Code == StatusCode.DeadlineExceeded, "given up", Cancel);
    }

    [Fact]
    public void Waits_grow_stay_within_the_grace_time_at_first_and_are_long_only_for_what_lasts()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var backoff = new AdsBackoff(TimeSpan.FromSeconds(5), new Random(seed));
            var soon = Enumerable.Range(0, 5).Sum(_ => backoff.Next(slow: false).TotalSeconds);
            Assert.InRange(soon, 1, 4);
            var slow = Enumerable.Range(0, 6).Select(_ => backoff.Next(slow: true)).ToList();
            Assert.InRange(slow[0], TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(5));
            Assert.InRange(slow[^1], TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>A stream that works so far, so that the next one is not waited for long.</summary>
    private static async Task<FakeStream> GreetedAsync(AdsFixture fixture)
    {
        var stream = await fixture.Istiod.AcceptAsync(Cancel);
        await ReadAsync(stream);
        await stream.SendAsync(Listeners.Delta("greeting", "v", "a"), Cancel);
        await ReadAsync(stream);
        return stream;
    }

    private static byte[] Mangled(byte[] good, Random random)
    {
        var bytes = good.ToArray();
        switch (random.Next(4))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                random.NextBytes(bytes);
                return bytes;
            default:
                for (var i = random.Next(1, 8); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
        }
    }

    private static Task<DeltaDiscoveryRequest> ReadAsync(FakeStream stream) => stream.ReadAsync(DeltaDiscoveryRequest.Parser, Cancel);

    private static Task<DiscoveryRequest> ReadFullAsync(FakeStream stream) => stream.ReadAsync(DiscoveryRequest.Parser, Cancel);

    private static (string Version, string Nonce) Version(DiscoveryRequest request) => (request.VersionInfo, request.ResponseNonce);
}
