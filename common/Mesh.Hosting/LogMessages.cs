using Microsoft.Extensions.Logging;

namespace Mesh.Hosting;

/// <summary>Log lines of start, supervision and shutdown; ids are stable.</summary>
/// <remarks>One class for all of a project: of several the compiler's generator writes code in an order that varies, and packages would, too.</remarks>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Information, "shutting down: no longer ready, draining for up to {Seconds} s")]
    public static partial void Draining(this ILogger log, double seconds);

    [LoggerMessage(2, LogLevel.Warning, "drain step {Step} did not finish in time and is cut off")]
    public static partial void DrainStepTimedOut(this ILogger log, string step);

    [LoggerMessage(3, LogLevel.Error, "drain step {Step} failed; going on with the shutdown")]
    public static partial void DrainStepFailed(this ILogger log, string step, Exception exception);

    [LoggerMessage(11, LogLevel.Information, "settings were read again")]
    public static partial void SettingsReloaded(this ILogger log);

    [LoggerMessage(12, LogLevel.Error, "settings were read again and are refused, the old ones stay: {Problem}")]
    public static partial void SettingsRefused(this ILogger log, string problem);

    [LoggerMessage(21, LogLevel.Critical, "this process no longer does its work ({Stopped}); the watchdog ends it within {Seconds} s, unless it recovers")]
    public static partial void WorkStopped(this ILogger log, string stopped, double seconds);
}
