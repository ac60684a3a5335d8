using Mesh.Hosting.AccessLogs;

namespace Mesh.Gateway.Hosting;

internal sealed class NoAccessLog : IAccessLog
{
    public static NoAccessLog Instance { get; } = new();

    public void Write(AccessLogEntry entry)
    {
    }
}
