using Mesh.Hosting;
using Mesh.Payments.Messaging;
using Mesh.Payments.Messaging.Sqs;
using Mesh.Payments.Tests.Support;
using Message = Mesh.Payments.Messaging.Message;

namespace Mesh.Payments.Tests.Messaging;

public sealed class SqsMessageQueueTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_sent_is_received_as_it_was_and_gone_once_completed()
    {
        var (sqs, url, queue) = await NewAsync();
        var sent = Message.New("work", "{\"a\":\"ü\"}", DateTimeOffset.UtcNow) with { TraceParent = "00-11111111111111111111111111111111-2222222222222222-01" };

        Assert.Empty(await new SqsSender(sqs.Client, url.AbsoluteUri).SendAsync([sent], Token));
        var received = await queue.ReceiveAsync(10, Lease, Wait, Token);

        Assert.Equal((sent, 1), (Assert.Single(received).Message, received[0].Attempts));
        Assert.Empty(await queue.ExtendAsync(received, Lease, Token));
        await queue.CompleteAsync(received, Token);
        Assert.Equal(0, await sqs.CountAsync(url));
    }

    [Fact]
    public async Task Many_and_large_messages_are_sent_in_batches_that_sqs_takes()
    {
        var (sqs, url, queue) = await NewAsync();
        var large = new string('ü', Message.LongestBody);
        var sent = Enumerable.Range(0, 34).Select(number => Message.New("work", number % 3 == 0 ? large : "small", DateTimeOffset.UtcNow)).ToList();

        Assert.Empty(await new SqsSender(sqs.Client, url.AbsoluteUri).SendAsync(sent, Token));

        var received = new List<ReceivedMessage>();
        while (received.Count < sent.Count) received.AddRange(await queue.ReceiveAsync(10, Lease, Wait, Token));
        Assert.Equal(sent.Select(one => one.Id).Order(StringComparer.Ordinal), received.Select(one => one.Message.Id).Order(StringComparer.Ordinal));
        foreach (var batch in received.Chunk(queue.BatchLimit)) await queue.CompleteAsync(batch, Token);
        Assert.Equal(0, await sqs.CountAsync(url));
    }

    [Fact]
    public async Task A_returned_message_comes_again_and_a_lost_receipt_is_told()
    {
        var (sqs, url, queue) = await NewAsync();
        await sqs.SendAsync(url, "event");
        var first = await queue.ReceiveAsync(10, Lease, Wait, Token);

        await queue.ReturnAsync(first[0], TimeSpan.Zero, isAttempt: true, Token);
        var second = await queue.ReceiveAsync(10, Lease, Wait, Token);

        Assert.Equal((MessageTypes.Event, 2), (Assert.Single(second).Message.Type, second[0].Attempts));
        await queue.CompleteAsync(second, Token);
        Assert.Equal(second, await queue.ExtendAsync(second, Lease, Token));
    }

    [Fact]
    public async Task A_dead_letter_lies_in_the_dead_letter_queue_with_its_reason_and_is_replayed_from_there()
    {
        var (sqs, url, queue) = await NewAsync();
        for (var number = 0; number < 12; number++) await sqs.SendAsync(url, $"event {number}");
        var received = new List<ReceivedMessage>();
        while (received.Count < 12) received.AddRange(await queue.ReceiveAsync(10, Lease, Wait, Token));
        foreach (var one in received) await queue.BuryAsync(one, $"bad {one.Message.Body}", Token);

        Assert.Equal(0, await sqs.CountAsync(url));
        Assert.Equal(12, await sqs.CountAsync(SqsEmulator.DeadLetterQueueOf(url)));
        var dead = await queue.ListAsync(100, Token);
        Assert.Equal(received.Select(one => (one.Message.Id, $"bad {one.Message.Body}")).Order(), dead.Select(one => (one.Message.Id, one.Reason)).Order());
        Assert.Equal(5, (await queue.ListAsync(5, Token)).Count);

        Assert.False(await queue.ReplayAsync("another", Token));
        Assert.True(await queue.ReplayAsync(received[7].Message.Id, Token));
        Assert.Equal(11, (await queue.ListAsync(100, Token)).Count);
        var again = await queue.ReceiveAsync(10, Lease, Wait, Token);
        Assert.Equal(received[7].Message, Assert.Single(again).Message);
    }

    [Fact]
    public async Task A_queue_without_dead_letter_queue_is_refused_at_the_start()
    {
        var sqs = await SqsEmulator.SharedAsync();
        var url = await sqs.NewQueueAsync();

        var missing = await Assert.ThrowsAsync<StartupException>(
            () => new SqsMessageQueue(sqs.Client, new Uri(url, "no-such-queue"), TimeProvider.System).CheckAsync(Token));

        Assert.Contains("no-such-queue", missing.Message);
        var plain = await sqs.Client.CreateQueueAsync("plain", Token);
        var exception = await Assert.ThrowsAsync<StartupException>(
            () => new SqsMessageQueue(sqs.Client, new Uri(url, new Uri(plain.QueueUrl).AbsolutePath), TimeProvider.System).CheckAsync(Token));
        Assert.Contains("no redrive policy", exception.Message);
    }

    [Theory]
    [InlineData("sqs:https://sqs.eu-west-1.amazonaws.com/111122223333/payments", "eu-west-1")]
    [InlineData("sqs:https://vpce-0a1b.sqs.us-east-2.vpce.amazonaws.com/111122223333/payments", "us-east-2")]
    [InlineData("sqs:http://127.0.0.1:4566/000000000000/payments", null)]
    [InlineData("database", null)]
    public void An_address_names_its_region(string text, string? region) => Assert.Equal(region, QueueAddress.Parse(text).Region);

    [Theory]
    [InlineData("sqs:payments", "write database or sqs:")]
    [InlineData("redis:x", "write database or sqs:")]
    [InlineData("sqs:https://sqs.eu-west-1.amazonaws.com/payments", "write database or sqs:")]
    [InlineData("sqs:https://sqs.eu-west-1.amazonaws.com/111122223333/payments.fifo", "use a standard queue")]
    public void What_is_no_address_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => QueueAddress.Parse(text)).Message);

    private static async Task<(SqsEmulator Sqs, Uri Url, SqsMessageQueue Queue)> NewAsync()
    {
        var sqs = await SqsEmulator.SharedAsync();
        var url = await sqs.NewQueueAsync();
        return (sqs, url, new SqsMessageQueue(sqs.Client, url, TimeProvider.System));
    }
}
