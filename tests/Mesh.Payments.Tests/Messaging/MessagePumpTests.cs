using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Mesh.Payments.Messaging;
using Mesh.Payments.Storage;
using Mesh.Payments.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Payments.Tests.Messaging;

public abstract class MessagePumpTests(StoreKind kind)
{
    private static readonly PumpOptions Options = new() { AttemptLimit = 4 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_is_handled_and_removed()
    {
        await using var test = await TestQueue.NewAsync(kind);
        var handler = new TestHandler((_, _) => Task.CompletedTask);
        using var pump = await StartAsync(test, handler);

        await test.SendAsync(Enumerable.Range(0, 300).Select(number => $"{number}"));
        await test.UntilAsync(async () => await test.CountAsync() == 0);

        Assert.Equal(Enumerable.Range(0, 300), handler.Seen.Select(int.Parse).Order());
        await pump.StopAsync(Token);
    }

    [Fact]
    public async Task What_fails_is_tried_again_after_growing_pauses_and_then_given_up_with_the_last_error()
    {
        await using var test = await TestQueue.NewAsync(kind);
        var times = new List<DateTimeOffset>();
        var handler = new TestHandler((_, _) =>
        {
            times.Add(test.Time.GetUtcNow());
            throw new InvalidOperationException($"failure {times.Count} with 4111 1111 1111 1111");
        });
        using var pump = await StartAsync(test, handler);

        await test.SendAsync("one");
        await test.UntilAsync(async () => (await test.Queue.ListAsync(1, Token)).Count == 1, TimeSpan.FromMilliseconds(250));

        var dead = Assert.Single(await test.Queue.ListAsync(10, Token));
        Assert.Equal(("failure 4 with [card number]", 4), (dead.Reason, dead.Attempts));
        Assert.Equal(4, times.Count);
        // From half of the pause to the whole of it; what is late was only looked for late.
        Assert.True(times[1] - times[0] >= TimeSpan.FromSeconds(0.5), $"{times[1] - times[0]}");
        Assert.True(times[2] - times[1] >= TimeSpan.FromSeconds(1), $"{times[2] - times[1]}");
        Assert.True(times[3] - times[2] >= TimeSpan.FromSeconds(2), $"{times[3] - times[2]}");
        await pump.StopAsync(Token);
    }

    [Fact]
    public async Task Poison_goes_to_the_dead_letters_at_once_and_blocks_nothing()
    {
        await using var test = await TestQueue.NewAsync(kind);
        using var metrics = new MessagingMetrics();
        var measured = new ConcurrentQueue<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, one) => EnableIf(metrics.Owns(instrument), instrument, one) };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => measured.Enqueue($"{instrument.Name} {Settlement(tags)}"));
        listener.Start();
        var handler = new TestHandler((message, _) => message.Body == "bad" ? throw new PoisonMessageException("no amount") : Task.CompletedTask);
        using var pump = await StartAsync(test, handler, Options with { Concurrency = 1 }, metrics);

        await test.SendAsync(["bad", "good", "bad", "good"]);
        await test.UntilAsync(async () => await test.CountAsync() == 0);

        Assert.Equal(["no amount", "no amount"], (await test.Queue.ListAsync(10, Token)).Select(dead => dead.Reason));
        Assert.Equal(["bad", "bad", "good", "good"], handler.Seen.Order());
        Assert.Equal(["bury", "bury", "complete", "complete"],
            measured.Where(one => one.StartsWith("payments.messages.attempt.duration", StringComparison.Ordinal)).Select(one => one.Split(' ')[1]).Order());
        await pump.StopAsync(Token);
    }

    [Fact]
    public async Task A_message_of_a_type_this_version_does_not_know_is_never_lost()
    {
        await using var test = await TestQueue.NewAsync(kind);
        using var pump = await StartAsync(test, new TestHandler((_, _) => Task.CompletedTask));

        await test.SendAsync("one", "of the next version");
        await test.UntilAsync(async () => (await test.Queue.ListAsync(1, Token)).Count == 1, TimeSpan.FromMilliseconds(250));

        Assert.Contains("'of the next version'", Assert.Single(await test.Queue.ListAsync(10, Token)).Reason);
        await pump.StopAsync(Token);
    }

    [Fact]
    public async Task Long_work_keeps_its_lease_and_no_other_replica_begins_it()
    {
        await using var test = await TestQueue.NewAsync(kind);
        var end = new TaskCompletionSource();
        var handler = new TestHandler((_, _) => end.Task);
        using var first = await StartAsync(test, handler);
        using var second = await StartAsync(test, handler);

        await test.SendAsync("long");
        await test.UntilAsync(() => handler.Seen.Count == 1);
        // Five minutes; time stands still until each extension is written.
        for (var round = 0; round < 30; round++)
        {
            var leaseUntil = await LeaseEndAsync(test);
            test.Time.Advance(Options.Lease / 3);
            await test.UntilAsync(async () => await LeaseEndAsync(test) > leaseUntil, TimeSpan.Zero);
        }

        Assert.Single(handler.Seen);
        end.SetResult();
        await test.UntilAsync(async () => await test.CountAsync() == 0);
        Assert.Single(handler.Seen);
        await first.StopAsync(Token);
        await second.StopAsync(Token);
    }

    [Fact]
    public async Task Work_whose_lease_was_lost_is_told_so()
    {
        await using var test = await TestQueue.NewAsync(kind);
        var cancelled = new TaskCompletionSource();
        var handler = new TestHandler(async (_, cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
            await cancelled.Task;
            cancellationToken.ThrowIfCancellationRequested();
        });
        using var pump = await StartAsync(test, handler);
        await test.SendAsync("one");
        await test.UntilAsync(() => handler.Seen.Count == 1);

        // As if this process had stood still for longer than the lease.
        await using (var session = await test.Database.OpenAsync(Token))
            await session.ExecuteAsync("UPDATE messages SET lease = 'another', visible_time_us = visible_time_us + 3600000000", Token);

        await test.UntilAsync(() => cancelled.Task.IsCompleted, TimeSpan.FromSeconds(1));
        await pump.StopAsync(Token);
        Assert.Equal(1, await test.CountAsync());
    }

    [Fact]
    public async Task A_message_that_ends_its_process_each_time_is_given_up()
    {
        await using var test = await TestQueue.NewAsync(kind);
        await test.SendAsync("one");
        for (var attempt = 1; attempt <= Options.AttemptLimit; attempt++)
        {
            Assert.Single(await test.Queue.ReceiveAsync(1, Options.Lease, TimeSpan.Zero, Token));
            test.Time.Advance(Options.Lease);
        }

        var handler = new TestHandler((_, _) => Task.CompletedTask);
        using var pump = await StartAsync(test, handler);
        await test.UntilAsync(async () => (await test.Queue.ListAsync(1, Token)).Count == 1);

        Assert.Contains("delivered 4 times", Assert.Single(await test.Queue.ListAsync(10, Token)).Reason);
        Assert.Empty(handler.Seen);
        await pump.StopAsync(Token);
    }

    [Fact]
    public async Task An_outage_gives_up_no_message_however_long_it_lasts()
    {
        await using var test = await TestQueue.NewAsync(kind);
        var isOver = false;
        var handler = new TestHandler((_, _) => isOver ? Task.CompletedTask : throw new TimeoutException("the store is down"));
        using var pump = await StartAsync(test, handler, Options with { IsOutage = exception => exception is TimeoutException });

        await test.SendAsync(["one", "two", "three"]);
        await test.UntilAsync(() => handler.Seen.Count > 4 * Options.AttemptLimit, TimeSpan.FromSeconds(1));
        isOver = true;
        await test.UntilAsync(async () => await test.CountAsync() == 0, TimeSpan.FromSeconds(1));

        Assert.Empty(await test.Queue.ListAsync(10, Token));
        await pump.StopAsync(Token);
    }

    [Fact]
    public async Task No_more_messages_are_in_work_than_there_are_workers()
    {
        await using var test = await TestQueue.NewAsync(kind);
        var (now, most) = (0, 0);
        var gate = new Lock();
        var handler = new TestHandler(async (_, _) =>
        {
            lock (gate) most = Math.Max(most, ++now);
            await Task.Delay(1, Token);
            lock (gate) now--;
        });
        using var pump = await StartAsync(test, handler, Options with { Concurrency = 3 });

        await test.SendAsync(Enumerable.Range(0, 60).Select(number => $"{number}"));
        await test.UntilAsync(async () => await test.CountAsync() == 0);

        Assert.InRange(most, 1, 3);
        Assert.Equal(60, handler.Seen.Distinct().Count());
        await pump.StopAsync(Token);
    }

    [Fact]
    public async Task Stopping_waits_for_work_and_gives_back_what_does_not_end_in_time()
    {
        await using var test = await TestQueue.NewAsync(kind);
        var end = new TaskCompletionSource();
        var handler = new TestHandler((message, cancellationToken) =>
            message.Body == "short" ? end.Task : Task.Delay(Timeout.Infinite, cancellationToken));
        using var pump = await StartAsync(test, handler);
        await test.SendAsync(["short", "endless"]);
        await test.UntilAsync(() => handler.Seen.Count == 2);

        var stopping = pump.StopAsync(Token);
        end.SetResult();
        await test.UntilAsync(() => stopping.IsCompleted, TimeSpan.FromSeconds(1));
        await stopping;

        Assert.Equal(1, await test.CountAsync());
        var other = await test.Replica().ReceiveAsync(10, Options.Lease, TimeSpan.Zero, Token);
        test.Time.Advance(TimeSpan.FromSeconds(1));
        other = other.Count > 0 ? other : await test.Replica().ReceiveAsync(10, Options.Lease, TimeSpan.Zero, Token);
        Assert.Equal("endless", Assert.Single(other).Message.Body);
    }

    private static async Task<MessagePump> StartAsync(TestQueue test, IMessageHandler handler, PumpOptions? options = null, MessagingMetrics? metrics = null)
    {
        var pump = new MessagePump(
            test.Replica(), [handler], options ?? Options, metrics ?? new MessagingMetrics(), test.Time, NullLogger<MessagePump>.Instance);
        await pump.StartAsync(Token);
        return pump;
    }

    private static void EnableIf(bool isOurs, Instrument instrument, MeterListener listener)
    {
        if (isOurs) listener.EnableMeasurementEvents(instrument);
    }

    private static string? Settlement(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (name == "settlement") return (string?)value;
        }

        return null;
    }

    private static async Task<long> LeaseEndAsync(TestQueue test)
    {
        await using var session = await test.Database.OpenAsync(Token);
        var rows = await session.QueryAsync("SELECT visible_time_us FROM messages", row => row.GetInt64(0), Token);
        return rows[0];
    }
}
