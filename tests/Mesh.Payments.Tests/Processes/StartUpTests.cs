using System.Net;
using System.Net.Sockets;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Processes;

public sealed class StartUpTests
{
    [Fact]
    public async Task Without_a_store_nothing_starts_and_one_line_says_which_option_is_missing()
    {
        using var process = PaymentsProcess.Start("--listen", "127.0.0.1:0");

        var (exitCode, _, error) = await process.EndAsync();

        Assert.Equal(64, exitCode);
        Assert.Contains("--store", OneLine(error));
    }

    [Theory]
    [InlineData("--store", "mysql:x", "'mysql:x' is not a store")]
    [InlineData("--store", "sqlite:", "names no file")]
    [InlineData("--listen", "8080", "has no port")]
    [InlineData("--trusted-proxy", "me", "'me' is not an address or range")]
    [InlineData("--idempotency-lifetime", "1h", "less than 24h")]
    [InlineData("--acquirer", "ftp://a", "'ftp://a' is not an acquirer")]
    [InlineData("--acquirer-timeout", "10ms", "not between 100ms and 5m")]
    [InlineData("--rds-iam", "eu-west-1", "VerifyFull")]
    [InlineData("--caller-claim", "sub", "--claims-from")]
    [InlineData("--fee", "2.5", "is not a fee")]
    [InlineData("--stor", "sqlite:x", "--stor")]
    public async Task A_wrong_option_is_refused_with_64(string option, string value, string expected)
    {
        string[] store = option == "--store" ? [] : ["--store", "sqlite:/nowhere/x.db"];
        using var process = PaymentsProcess.Start([.. store, option, value]);

        var (exitCode, _, error) = await process.EndAsync();

        Assert.Equal(64, exitCode);
        Assert.Contains(expected, OneLine(error));
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_is_one_line_with_the_remedy()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("text.db"), new string('x', 5000), TestContext.Current.CancellationToken);
        Directory.CreateDirectory(folder.File("folder.db"));

        foreach (var (path, expected) in new[]
        {
            (folder.File("text.db"), "is not a SQLite database"),
            (folder.File("folder.db"), "is a folder"),
            (folder.File("missing/x.db"), "does not exist; create it"),
        })
        {
            using var process = PaymentsProcess.Start("--listen", "127.0.0.1:0", "--store", $"sqlite:{path}");
            var (exitCode, _, error) = await process.EndAsync();
            Assert.Equal(1, exitCode);
            Assert.Contains(expected, OneLine(error));
        }
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_with_the_option()
    {
        using var folder = new TemporaryFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        using var process = PaymentsProcess.Start("--listen", $"127.0.0.1:{port}", "--store", $"sqlite:{folder.File("p.db")}");

        var (exitCode, _, error) = await process.EndAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains($"cannot listen on 127.0.0.1:{port}: address already in use", OneLine(error));
    }

    [Fact]
    public async Task An_access_log_that_cannot_be_written_is_one_line()
    {
        using var folder = new TemporaryFolder();
        using var process = PaymentsProcess.Start(
            "--listen", "127.0.0.1:0", "--store", $"sqlite:{folder.File("p.db")}", "--access-log", folder.File("missing/a.log"));

        var (exitCode, _, error) = await process.EndAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("--access-log", OneLine(error));
    }

    [Fact]
    public async Task The_effective_configuration_is_printed_without_starting()
    {
        using var process = PaymentsProcess.Start("--store", "sqlite:p.db", "--name", "payments-a", "--print-config");

        var (exitCode, output, _) = await process.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.Contains("\"store\": \"sqlite:p.db\"", output);
        Assert.Contains("\"name\": \"payments-a\"", output);
    }

    [Fact]
    public async Task SIGTERM_ends_a_running_process_with_0()
    {
        using var folder = new TemporaryFolder();
        using var process = await PaymentsProcess.StartReadyAsync($"sqlite:{folder.File("p.db")}", FreePort.Next());

        await process.TerminateAsync();
        var (exitCode, _, error) = await process.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("fail:", error);
    }

    private static string OneLine(string error)
    {
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == 1, error);
        return lines[0];
    }
}
