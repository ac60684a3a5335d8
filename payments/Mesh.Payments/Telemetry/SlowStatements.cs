using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Payments.Telemetry;

/// <summary>Logs what took long in the database, by the name of the statement, never with its values.</summary>
internal sealed partial class SlowStatements(TimeSpan threshold)
{
    /// <summary>The store is opened before there is a log; what is slow until then is not logged.</summary>
    private ILogger log = NullLogger.Instance;

    public void LogTo(ILogger<SlowStatements> logger) => log = logger;

    public void Statement(string name, TimeSpan took)
    {
        if (took >= threshold) LogSlow(name, took.TotalMilliseconds);
    }

    public void Lock(string name, TimeSpan took)
    {
        if (took >= threshold) LogLock(name, took.TotalMilliseconds);
    }

    public void Commit(TimeSpan took)
    {
        if (took >= threshold) LogCommit(took.TotalMilliseconds);
    }

    [LoggerMessage(80, LogLevel.Warning, "{Statement} took {Milliseconds:0} ms; see --slow-statement")]
    private partial void LogSlow(string statement, double milliseconds);

    [LoggerMessage(81, LogLevel.Warning, "{Statement} waited {Milliseconds:0} ms for locks that others held; see --slow-statement")]
    private partial void LogLock(string statement, double milliseconds);

    [LoggerMessage(82, LogLevel.Warning, "a commit took {Milliseconds:0} ms: the store's disk or its standby is slow; see --slow-statement")]
    private partial void LogCommit(double milliseconds);
}
