using System.Diagnostics;
using System.Net.Sockets;

namespace Mesh.Payments.Tests.Support;

/// <summary>The real binary as a process of its own.</summary>
internal sealed class PaymentsProcess : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    private PaymentsProcess(Process process)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public int Id => process.Id;

    public static PaymentsProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && path.EndsWith("/dotnet", StringComparison.Ordinal) ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "mesh-payments.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return new PaymentsProcess(Process.Start(start)!);
    }

    /// <summary>Started and ready on the given port.</summary>
    public static async Task<PaymentsProcess> StartReadyAsync(string store, int port, params string[] more)
    {
        var process = Start(["--listen", $"127.0.0.1:{port}", "--store", store, .. more]);
        using var http = new HttpClient();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz/ready"), TestContext.Current.CancellationToken);
                if (response.IsSuccessStatusCode) return process;
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException && clock.Elapsed < Deadline && !process.process.HasExited)
            {
                // Not listening yet. The handler lets the socket's exception out where the peer resets just after it accepted.
            }

            if (process.process.HasExited) Assert.Fail($"mesh-payments ended: {await process.error}");
            Assert.True(clock.Elapsed < Deadline, "mesh-payments did not become ready");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => process.Kill();

    /// <summary>SIGTERM.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output, await error);
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}
