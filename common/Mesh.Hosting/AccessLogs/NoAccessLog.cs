namespace Mesh.Hosting.AccessLogs;

/// <summary>For processes that were given no place for an access log.</summary>
public sealed class NoAccessLog : IAccessLog
{
    public static NoAccessLog Instance { get; } = new();

    public bool IsEnabled => false;

    public void Write(AccessLogEntry entry)
    {
    }
}
