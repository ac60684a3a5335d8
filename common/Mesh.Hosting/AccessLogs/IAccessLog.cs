namespace Mesh.Hosting.AccessLogs;

/// <summary>Takes access log lines; never blocks and never throws. What does not fit its queue is dropped and counted.</summary>
public interface IAccessLog
{
    /// <summary>False while nobody reads lines; making them would be in vain.</summary>
    bool IsEnabled => true;

    /// <summary>How lines are written, which says what an entry has to bring along.</summary>
    IAccessLogFormat Format => MeshLogFormat.Instance;

    void Write(AccessLogEntry entry);
}
