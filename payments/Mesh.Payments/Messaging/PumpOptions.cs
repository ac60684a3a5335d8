namespace Mesh.Payments.Messaging;

/// <summary>How a <see cref="MessagePump"/> works.</summary>
internal sealed record PumpOptions
{
    /// <summary>Messages that are worked on at once.</summary>
    public int Concurrency { get; init; } = 16;

    /// <summary>How long a message stays with this process after the process has died; while it works, leases are extended.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Deliveries after which a message is given up.</summary>
    public int AttemptLimit { get; init; } = 8;

    public RetryBackoff Backoff { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    /// <summary>How long one look into an empty queue may take.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For messages in work when the process stops.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Tells exceptions that say nothing about the message, such as a store that is down: these count as no attempt.</summary>
    public Func<Exception, bool> IsOutage { get; init; } = _ => false;

    /// <summary>For jitter.</summary>
    public Random Random { get; init; } = Random.Shared;
}
