using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Mesh.Hosting.Logging;

/// <summary>The one way our processes log: plain single lines with UTC time on standard error.</summary>
public static class LoggingSetup
{
    /// <summary>
    /// Replaces all providers. Standard output stays free for data and for access logs (<c>--access-log -</c>). The
    /// framework's own informational lines are kept out below Debug: they repeat what our lines say.
    /// </summary>
    public static ILoggingBuilder AddMeshConsole(this ILoggingBuilder logging, LogLevel level) =>
        logging.AddMeshConsole(new LogLevels(level));

    /// <inheritdoc cref="AddMeshConsole(ILoggingBuilder, LogLevel)"/>
    /// <param name="levels">Followed while the process runs.</param>
    public static ILoggingBuilder AddMeshConsole(this ILoggingBuilder logging, LogLevels levels)
    {
        ArgumentNullException.ThrowIfNull(logging);
        ArgumentNullException.ThrowIfNull(levels);
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddFilter(levels.IsEnabled);
        logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            options.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        return logging;
    }

    /// <summary>As <see cref="ParseLevel"/> reads it.</summary>
    public static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error or LogLevel.Critical => "error",
        _ => "none",
    };

    /// <summary><c>trace</c>, <c>debug</c>, <c>info</c>, <c>warning</c>, <c>error</c>, <c>none</c>.</summary>
    /// <exception cref="FormatException">None of these.</exception>
    public static LogLevel ParseLevel(string text) => text switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "none" => LogLevel.None,
        _ => throw new FormatException($"'{text}' is not a log level; use trace, debug, info, warning, error or none"),
    };
}
