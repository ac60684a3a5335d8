using Mesh.Hosting.AccessLogs;
using Xunit;

namespace Mesh.Hosting.Tests.AccessLogs;

public sealed class AccessLogWriterTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_full_disk_loses_lines_but_neither_the_log_nor_the_end_of_the_process()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "/dev/full is Linux's");
        var log = new AccessLogWriter("/dev/full");
        for (var lost = 1; lost <= 2; lost++)
        {
            log.Write(new AccessLogEntry { StartTime = DateTimeOffset.UnixEpoch, Process = "test", Kind = AccessLogKind.Http });
            while (log.Dropped < lost) await Task.Yield();
        }

        await log.DisposeAsync();
    }
}
