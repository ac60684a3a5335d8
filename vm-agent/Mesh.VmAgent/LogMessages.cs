using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent;

/// <summary>All log lines of the agent; ids are stable.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(100, LogLevel.Information, "registering WorkloadEntry {Entry} in {Place}")]
    public static partial void Registering(this ILogger log, string entry, string place);

    [LoggerMessage(101, LogLevel.Warning, "WorkloadEntry {Entry} was deleted from {Place} by somebody else; registering again")]
    public static partial void EntryWasDeleted(this ILogger log, string entry, string place);

    [LoggerMessage(107, LogLevel.Information, "WorkloadEntry {Entry} says nothing about health any more; saying it again")]
    public static partial void HealthWasRemoved(this ILogger log, string entry);

    [LoggerMessage(102, LogLevel.Information, "WorkloadGroup {Group} changed; writing WorkloadEntry {Entry} anew")]
    public static partial void GroupChanged(this ILogger log, string group, string entry);

    [LoggerMessage(103, LogLevel.Information, "WorkloadEntry {Entry} removed from {Place}")]
    public static partial void Deregistered(this ILogger log, string entry, string place);

    [LoggerMessage(104, LogLevel.Warning, "WorkloadEntry {Entry} is now kept by {Keeper} and was left alone")]
    public static partial void EntryIsNotOurs(this ILogger log, string entry, string keeper);

    [LoggerMessage(105, LogLevel.Error, "WorkloadEntry {Entry} could not be removed from {Place}: {Reason}; delete it by hand if no gateway collects it")]
    public static partial void CannotDeregister(this ILogger log, string entry, string place, string reason);

    [LoggerMessage(EventId = 106, Message = "registration {State}: {Message}")]
    public static partial void RegistrationChanged(this ILogger log, LogLevel level, RegistrationState state, string message);

    [LoggerMessage(108, LogLevel.Error, "WorkloadEntry {Entry} is no longer this agent's: {Reason}; trying to get it back")]
    public static partial void NameLost(this ILogger log, string entry, string reason);

    [LoggerMessage(109, LogLevel.Warning, "the Lease beside WorkloadEntry {Entry} cannot be renewed: {Reason}; trying again every few seconds")]
    public static partial void LeaseNotRenewed(this ILogger log, string entry, string reason);

    [LoggerMessage(121, LogLevel.Debug, "telling in WorkloadEntry {Entry} how this agent is")]
    public static partial void TellingSummary(this ILogger log, string entry);

    [LoggerMessage(110, LogLevel.Information, "the application is {Health}: {Message}")]
    public static partial void HealthChanged(this ILogger log, string health, string message);

    [LoggerMessage(111, LogLevel.Information, "probing {Action} every {Seconds} s")]
    public static partial void Probing(this ILogger log, string action, double seconds);

    [LoggerMessage(130, LogLevel.Information, "handing over: starting {Program} with the listening sockets of this process")]
    public static partial void HandingOver(this ILogger log, string program);

    [LoggerMessage(131, LogLevel.Information, "process {ProcessId} has taken over")]
    public static partial void HandedOver(this ILogger log, int processId);

    [LoggerMessage(132, LogLevel.Error, "not handed over, this process goes on: {Reason}")]
    public static partial void NotHandedOver(this ILogger log, string reason);

    [LoggerMessage(133, LogLevel.Information, "{Count} connections are still open; this process ends with the last of them, or in {Seconds} s")]
    public static partial void Draining(this ILogger log, int count, double seconds);

    [LoggerMessage(134, LogLevel.Warning, "{Count} connections have outlived --handover-drain and are cut off")]
    public static partial void DrainCutOff(this ILogger log, int count);

    [LoggerMessage(135, LogLevel.Information, "took over from the process before this one, with {Count} listening sockets")]
    public static partial void TookOver(this ILogger log, int count);

    [LoggerMessage(136, LogLevel.Information, "WorkloadEntry {Entry} stays in {Place}, kept by the process that follows")]
    public static partial void RegistrationHandedOver(this ILogger log, string entry, string place);

    [LoggerMessage(120, LogLevel.Warning, "configuration: {Finding}")]
    public static partial void Finding(this ILogger log, string finding);

    [LoggerMessage(130, LogLevel.Warning, "these settings have changed, and a restart takes them up: {Names}")]
    public static partial void NeedsStart(this ILogger log, string names);
}
