namespace Mesh.Hosting.AccessLogs;

/// <summary>Takes access log lines; never blocks and never throws. What does not fit its queue is dropped and counted.</summary>
public interface IAccessLog
{
    void Write(AccessLogEntry entry);
}
