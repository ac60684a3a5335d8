using Google.Protobuf;
using Mesh.Istiod.Protos.Xds;
using Mesh.Istiod.Xds;
using Xunit;

namespace Mesh.Istiod.Tests.Xds;

/// <summary>Responses that were broken on their way, made from recorded ones of a real istiod where these are here.</summary>
public sealed class AdsFuzzTests
{
    private const int Rounds = 50;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <remarks>
    /// What is no message ends the stream, and another one is begun; what is one but cannot be used is refused with the version that was
    /// accepted last. A good response is accepted after each of them.
    /// </remarks>
    [Theory]
    [InlineData(AdsProtocol.Delta, 20261123)]
    [InlineData(AdsProtocol.StateOfTheWorld, 20261124)]
    public async Task Whatever_comes_the_client_goes_on_and_keeps_what_was_good(AdsProtocol protocol, int seed)
    {
        var random = new Random(seed);
        var corpus = Corpus(protocol);
        await using var fixture = await AdsFixture.StartAsync(Cancel, (_, options) => options with { Protocol = protocol });
        var (accepted, refused, ended) = (0, 0, 0);
        for (var round = 0; round < Rounds;)
        {
            var stream = await fixture.Istiod.AcceptAsync(Cancel);
            await stream.ReadAsync(Cancel);
            try
            {
                Assert.True(await IsAcceptedAsync(stream, protocol, $"first-{round}"), $"seed {seed}, round {round}: the first response of a stream");
                accepted++;
                for (; round < Rounds; round++)
                {
                    await stream.SendAsync(Mangle(corpus[random.Next(corpus.Count)], corpus, random), Cancel);
                    Assert.True(await IsAcceptedAsync(stream, protocol, $"good-{round}"), $"seed {seed}, round {round}: a good response after a broken one");
                    refused++;
                }
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException or EndOfStreamException && !Cancel.IsCancellationRequested)
            {
                ended++;
                round++;
            }

            Assert.False(fixture.Running.IsCompleted, $"seed {seed}, round {round}: the client ended");
            if (round >= Rounds) stream.Cut();
        }

        Assert.True(refused > 0 && ended > 0, $"seed {seed}: {accepted} streams, {refused} messages answered, {ended} streams ended");
    }

    /// <summary>Sends a good response and reads until it is answered; what is refused before it has the version that was accepted last.</summary>
    private static async Task<bool> IsAcceptedAsync(FakeStream stream, AdsProtocol protocol, string nonce)
    {
        if (protocol == AdsProtocol.Delta)
        {
            await stream.SendAsync(Listeners.Delta(nonce, $"v-{nonce}", "0.0.0.0_9080"), Cancel);
            while (true)
            {
                var answer = await stream.ReadAsync(DeltaDiscoveryRequest.Parser, Cancel);
                if (answer.ResponseNonce == nonce) return answer.ErrorDetail is null;
            }
        }

        await stream.SendAsync(Listeners.StateOfTheWorld(nonce, $"v-{nonce}", "0.0.0.0_9080"), Cancel);
        while (true)
        {
            var answer = await stream.ReadAsync(DiscoveryRequest.Parser, Cancel);
            if (answer.ResponseNonce == nonce) return answer.ErrorDetail is null && answer.VersionInfo == $"v-{nonce}";
        }
    }

    private static List<byte[]> Corpus(AdsProtocol protocol)
    {
        var isDelta = protocol == AdsProtocol.Delta;
        var recorded = RecordedEvent.Load(isDelta ? "vm/vm-registration-delta.json" : "vm/vm-registration-sotw.json")
            .Where(one => one is { Kind: "recv", Bytes: { Length: > 0 and < 16384 } }).Select(one => one.Bytes!);
        byte[] made = isDelta
            ? Listeners.Delta("n", "v", "0.0.0.0_9080", "virtualInbound").ToByteArray()
            : Listeners.StateOfTheWorld("n", "v", "0.0.0.0_9080", "virtualInbound").ToByteArray();
        return [made, .. recorded];
    }

    private static byte[] Mangle(byte[] message, List<byte[]> corpus, Random random)
    {
        var bytes = message.ToList();
        for (var change = random.Next(1, 5); change > 0 && bytes.Count > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    bytes.InsertRange(at, corpus[random.Next(corpus.Count)].Take(random.Next(1, 64)).ToList());
                    break;
            }
        }

        return [.. bytes];
    }
}
