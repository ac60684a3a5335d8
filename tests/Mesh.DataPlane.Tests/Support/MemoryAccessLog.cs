using System.Collections.Concurrent;
using Mesh.Hosting.AccessLogs;

namespace Mesh.DataPlane.Tests.Support;

public sealed class MemoryAccessLog : IAccessLog
{
    private readonly ConcurrentQueue<AccessLogEntry> entries = new();

    public IReadOnlyList<AccessLogEntry> Entries => [.. entries];

    public void Write(AccessLogEntry entry) => entries.Enqueue(entry);

    /// <summary>Lines are written when a request has ended, which may be just after its client saw the answer.</summary>
    public Task<AccessLogEntry> NextAsync(Func<AccessLogEntry, bool> matches) =>
        Poll.ForAsync(() => Entries.FirstOrDefault(matches), "an access log line");
}
