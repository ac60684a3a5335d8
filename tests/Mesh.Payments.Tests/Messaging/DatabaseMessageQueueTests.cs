using System.Collections.Concurrent;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Messaging;

public abstract class DatabaseMessageQueueTests(StoreKind kind)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_transaction_sent_is_received_once_it_commits_and_never_when_it_does_not()
    {
        await using var test = await TestQueue.NewAsync(kind);
        await test.SendAsync(["lost"], commit: false);
        var sent = await test.SendAsync("kept");

        var received = await test.Queue.ReceiveAsync(10, Lease, TimeSpan.Zero, Token);

        var one = Assert.Single(received);
        Assert.Equal(sent.Id, one.Message.Id);
        Assert.Equal(("work", "kept", 1), (one.Message.Type, one.Message.Body, one.Attempts));
    }

    [Fact]
    public async Task A_leased_message_is_nobody_elses_until_its_lease_ends()
    {
        await using var test = await TestQueue.NewAsync(kind);
        await test.SendAsync("one");
        var first = await test.Queue.ReceiveAsync(10, Lease, TimeSpan.Zero, Token);

        test.Time.Advance(Lease - TimeSpan.FromSeconds(1));
        Assert.Empty(await test.Replica().ReceiveAsync(10, Lease, TimeSpan.Zero, Token));
        test.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await test.Replica().ReceiveAsync(10, Lease, TimeSpan.Zero, Token);

        Assert.Equal(2, Assert.Single(second).Attempts);
        // The first has lost it: what it says about it counts no more.
        Assert.Equal(first, await test.Queue.ExtendAsync(first, Lease, Token));
        await test.Queue.CompleteAsync(first, Token);
        await test.Queue.BuryAsync(first[0], "late", Token);
        await test.Queue.ReturnAsync(first[0], TimeSpan.Zero, isAttempt: true, Token);
        Assert.Equal(1, await test.CountAsync());
        Assert.Empty(await test.Queue.ListAsync(10, Token));
        Assert.Empty(await test.Queue.ReceiveAsync(10, Lease, TimeSpan.Zero, Token));
        await test.Queue.CompleteAsync(second, Token);
        Assert.Equal(0, await test.CountAsync());
    }

    [Fact]
    public async Task An_extended_lease_holds_longer()
    {
        await using var test = await TestQueue.NewAsync(kind);
        await test.SendAsync("one");
        var received = await test.Queue.ReceiveAsync(10, Lease, TimeSpan.Zero, Token);

        test.Time.Advance(Lease / 2);
        Assert.Empty(await test.Queue.ExtendAsync(received, Lease, Token));
        test.Time.Advance(Lease * 0.9);

        Assert.Empty(await test.Replica().ReceiveAsync(10, Lease, TimeSpan.Zero, Token));
    }

    [Fact]
    public async Task A_returned_message_comes_again_after_its_delay()
    {
        await using var test = await TestQueue.NewAsync(kind);
        await test.SendAsync("one");
        var received = await test.Queue.ReceiveAsync(10, Lease, TimeSpan.Zero, Token);

        await test.Queue.ReturnAsync(received[0], TimeSpan.FromMinutes(2), isAttempt: true, Token);

        test.Time.Advance(TimeSpan.FromSeconds(119));
        Assert.Empty(await test.Queue.ReceiveAsync(10, Lease, TimeSpan.Zero, Token));
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(await test.Queue.ReceiveAsync(10, Lease, TimeSpan.Zero, Token));
    }

    [Fact]
    public async Task A_dead_letter_is_listed_with_its_reason_and_replayed_as_if_it_were_new()
    {
        await using var test = await TestQueue.NewAsync(kind);
        var sent = await test.SendAsync("one");
        var received = await test.Queue.ReceiveAsync(10, Lease, TimeSpan.Zero, Token);

        await test.Queue.BuryAsync(received[0], "no such merchant", Token);

        Assert.Equal(0, await test.CountAsync());
        var dead = Assert.Single(await test.Queue.ListAsync(10, Token));
        Assert.Equal((sent.Id, "one", "no such merchant", 1), (dead.Message.Id, dead.Message.Body, dead.Reason, dead.Attempts));
        Assert.False(await test.Queue.ReplayAsync("another", Token));
        Assert.True(await test.Queue.ReplayAsync(sent.Id, Token));
        Assert.False(await test.Queue.ReplayAsync(sent.Id, Token));
        Assert.Empty(await test.Queue.ListAsync(10, Token));
        var again = Assert.Single(await test.Queue.ReceiveAsync(10, Lease, TimeSpan.Zero, Token));
        Assert.Equal((sent.Id, "one", 1), (again.Message.Id, again.Message.Body, again.Attempts));
    }

    [Fact]
    public async Task Receivers_on_several_replicas_never_get_the_same_message()
    {
        const int Count = 200;
        await using var test = await TestQueue.NewAsync(kind);
        await test.SendAsync(Enumerable.Range(0, Count).Select(number => $"{number}"));
        var received = new ConcurrentBag<string>();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var replica = test.Replica();
            while (true)
            {
                var some = await replica.ReceiveAsync(7, Lease, TimeSpan.Zero, Token);
                foreach (var one in some) received.Add(one.Message.Body);
                if (some.Count == 0 && received.Count >= Count) return;
            }
        })));

        Assert.Equal(Enumerable.Range(0, Count), received.Select(int.Parse).Order());
    }

    [Fact]
    public async Task A_receiver_that_waits_is_woken_by_a_commit()
    {
        await using var test = await TestQueue.NewAsync(kind);
        // Simulated time stands still: only the commit can end the waiting.
        var waiting = test.Queue.ReceiveAsync(10, Lease, TimeSpan.FromMinutes(1), Token);
        await test.SendAsync("one");

        Assert.Single(await waiting.WaitAsync(TimeSpan.FromSeconds(60), Token));
    }
}
