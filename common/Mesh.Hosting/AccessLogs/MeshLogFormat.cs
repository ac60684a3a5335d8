namespace Mesh.Hosting.AccessLogs;

/// <summary>
/// JSON with Istio's names and further keys, by which the lines of all hops of a call are joined. A raw connection gives a line when
/// its upstream is connected and one when it closed.
/// </summary>
public sealed class MeshLogFormat : IAccessLogFormat
{
    public static MeshLogFormat Instance { get; } = new();

    public string Line(AccessLogEntry entry) => AccessLogJson.Write(entry);
}
