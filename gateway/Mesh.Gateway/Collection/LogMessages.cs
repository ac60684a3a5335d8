namespace Mesh.Gateway.Collection;

/// <summary>Log lines about machines that registered themselves; ids are stable.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(300, LogLevel.Warning, "agent {Agent} at {Address} is {Why}: it gets no traffic from this gateway until it answers again")]
    public static partial void AgentDown(this ILogger log, string agent, string address, string why);

    [LoggerMessage(301, LogLevel.Information, "agent {Agent} at {Address} answers again")]
    public static partial void AgentUp(this ILogger log, string agent, string address);

    [LoggerMessage(310, LogLevel.Warning, "WorkloadEntry {Entry} set unhealthy: its agent at {Address} is silent; it is deleted in {Seconds} s unless the agent answers")]
    public static partial void EntryMarked(this ILogger log, string entry, string address, double seconds);

    [LoggerMessage(311, LogLevel.Information, "WorkloadEntry {Entry} put back: its agent at {Address} answers again")]
    public static partial void EntryRestored(this ILogger log, string entry, string address);

    [LoggerMessage(312, LogLevel.Warning, "WorkloadEntry {Entry} deleted: its agent at {Address} is gone")]
    public static partial void EntryCollected(this ILogger log, string entry, string address);

    [LoggerMessage(313, LogLevel.Error, "{Dead} of {All} agents are silent together, so no entry is collected: look at this gateway's network before at the machines")]
    public static partial void CollectionSuspended(this ILogger log, int dead, int all);

    [LoggerMessage(314, LogLevel.Information, "collection of entries goes on")]
    public static partial void CollectionResumed(this ILogger log);

    [LoggerMessage(315, LogLevel.Error, "WorkloadEntry {Entry} cannot be cleaned up in {Place}: {Reason}; trying again every round")]
    public static partial void CannotCollect(this ILogger log, string entry, string place, string reason);

    [LoggerMessage(316, LogLevel.Error, "Leases of machines in namespace {Space} cannot be read: {Reason}; no machine of it is taken for dead meanwhile")]
    public static partial void CannotReadLeases(this ILogger log, string space, string reason);

    [LoggerMessage(317, LogLevel.Error, "cleaning up after dead machines failed; trying again")]
    public static partial void CollectionFailed(this ILogger log, Exception error);

    [LoggerMessage(318, LogLevel.Information, "this gateway now cleans up after dead machines")]
    public static partial void CollectionLed(this ILogger log);

    [LoggerMessage(319, LogLevel.Information, "another gateway cleans up after dead machines from now on")]
    public static partial void CollectionHandedOver(this ILogger log);
}
