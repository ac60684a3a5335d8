namespace Mesh.Payments.Messaging.Sqs;

/// <summary>Hands the messages that transactions left in the database over to SQS; at least once, in any replica.</summary>
internal sealed partial class OutboxRelay(
    DatabaseMessageQueue outbox, SqsSender sender, TimeProvider time, ILogger<OutboxRelay> log) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);
    private static readonly RetryBackoff Backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));

    private int failures;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RelayAsync(stoppingToken).ConfigureAwait(false);
                if (failures > 0) LogRelaysAgain();
                failures = 0;
            }
#pragma warning disable CA1031 // Whatever SQS or the database does, what waits is sent when they answer again.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (failures++ == 0) LogCannotRelay(exception);
                await Task.Delay(Pause(failures), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task RelayAsync(CancellationToken stoppingToken)
    {
        var received = await outbox.ReceiveAsync(outbox.BatchLimit, Lease, Wait, stoppingToken).ConfigureAwait(false);
        if (received.Count == 0) return;
        IReadOnlyList<(Message Message, string Reason)> refused = [];
        try
        {
            // Not cut off in the middle: what was sent is to be removed.
            refused = await sender.SendAsync([.. received.Select(one => one.Message)], CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            foreach (var one in received) await outbox.ReturnAsync(one, Pause(one.Attempts), isAttempt: true, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        var reasons = refused.ToDictionary(one => one.Message.Id, one => one.Reason);
        await outbox.CompleteAsync([.. received.Where(one => !reasons.ContainsKey(one.Message.Id))], CancellationToken.None).ConfigureAwait(false);
        foreach (var one in received.Where(one => reasons.ContainsKey(one.Message.Id)))
        {
            LogRefused(one.Message.Type, one.Message.Id, reasons[one.Message.Id]);
            await outbox.ReturnAsync(one, Pause(one.Attempts), isAttempt: true, CancellationToken.None).ConfigureAwait(false);
        }
    }

#pragma warning disable CA5394 // Jitter needs no secrecy.
    private static TimeSpan Pause(int attempts) => Backoff.After(attempts, Random.Shared.NextDouble());
#pragma warning restore CA5394

    [LoggerMessage(80, LogLevel.Error, "cannot hand messages over to SQS; they wait in the database")]
    private partial void LogCannotRelay(Exception exception);

    [LoggerMessage(81, LogLevel.Information, "handing messages over to SQS again")]
    private partial void LogRelaysAgain();

    [LoggerMessage(82, LogLevel.Warning, "SQS refused the {Type} message {Id}, which is sent again: {Reason}")]
    private partial void LogRefused(string type, string id, string reason);
}
