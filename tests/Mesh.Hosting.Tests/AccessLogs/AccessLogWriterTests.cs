using Mesh.Hosting.AccessLogs;
using Xunit;

namespace Mesh.Hosting.Tests.AccessLogs;

public sealed class AccessLogWriterTests
{
    [Fact(Timeout = 240_000)]
    public async Task A_card_number_that_a_caller_wrote_anywhere_is_not_in_the_log()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "access.jsonl");
        await using (var log = new AccessLogWriter(path))
        {
            log.Write(new AccessLogEntry
            {
                StartTime = DateTimeOffset.UnixEpoch,
                Process = "test",
                Kind = AccessLogKind.Http,
                Path = "/v1/payments?payment.payment_method=4242424242424242",
                UserAgent = "card/4242 4242 4242 4242",
                RequestId = "4000056655665556",
            });
        }

        var line = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.Contains("/v1/payments?payment.payment_method=", line, StringComparison.Ordinal);
        Assert.DoesNotContain("4242", line, StringComparison.Ordinal);
        Assert.DoesNotContain("4000056655665556", line, StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task After_a_rotation_lines_go_to_a_new_file()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var path = Path.Combine(folder, "access.jsonl");
        var entry = new AccessLogEntry { StartTime = DateTimeOffset.UnixEpoch, Process = "test", Kind = AccessLogKind.Http };
        await using (var log = new AccessLogWriter(path))
        {
            log.Write(entry with { Path = "/before" });
            while (new FileInfo(path).Length == 0) await Task.Yield();
            File.Move(path, Path.Combine(folder, "access.jsonl.1"));
            log.Reopen();
            log.Write(entry with { Path = "/after" });
        }

        var token = TestContext.Current.CancellationToken;
        Assert.Contains("/before", Assert.Single(await File.ReadAllLinesAsync(Path.Combine(folder, "access.jsonl.1"), token)), StringComparison.Ordinal);
        Assert.Contains("/after", Assert.Single(await File.ReadAllLinesAsync(path, token)), StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
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
