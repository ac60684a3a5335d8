using Mesh.Hosting.AccessLogs;

namespace Mesh.VmAgent;

/// <summary>For agents that were given no place for an access log.</summary>
internal sealed class NoAccessLog : IAccessLog
{
    public void Write(AccessLogEntry entry)
    {
    }
}
