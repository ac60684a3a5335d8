using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Mesh.Payments.Faults.Processes;

/// <summary>One of our binaries as a process of its own, which can be killed and started again with the same arguments.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private const int LinesKept = 50;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly string program;
    private readonly string[] arguments;
    private readonly Queue<string> lastLines = [];
    private Process? process;

    /// <param name="program">File name without ending, e.g. <c>mesh-payments</c>.</param>
    /// <param name="port">Where it is told to listen on 127.0.0.1.</param>
    public ServiceProcess(string program, int port, params string[] arguments)
    {
        this.program = program;
        this.arguments = arguments;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
    }

    public Uri Address { get; }

    /// <summary>What it wrote to standard error last.</summary>
    public string LastWords
    {
        get { lock (lastLines) return string.Join('\n', lastLines); }
    }

    /// <summary>Starts it without waiting.</summary>
    public void Start()
    {
        if (process is { HasExited: false }) throw new InvalidOperationException($"{program} runs");
        process?.Dispose();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program + ".dll"));
        start.ArgumentList.Add("--listen");
        start.ArgumentList.Add(Address.Authority);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started");
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartReadyAsync(CancellationToken cancellationToken)
    {
        Start();
        await ReadyAsync(cancellationToken);
    }

    /// <summary>Until <c>/healthz/ready</c> says so.</summary>
    /// <exception cref="InvalidOperationException">It ended, or is not ready after two minutes.</exception>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = Deadline };
        var began = TimeProvider.System.GetTimestamp();
        while (!await IsReadyAsync(http, cancellationToken))
        {
            if (process!.HasExited || TimeProvider.System.GetElapsedTime(began) > Deadline)
                throw new InvalidOperationException($"{program} {(process.HasExited ? "ended" : "is not ready")}: {LastWords}");
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>SIGKILL; returns when the process is gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        process!.Kill();
        await process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Until it has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await process!.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }

    /// <summary>SIGTERM.</summary>
    public async Task TerminateAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is null) return;
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
        process = null;
    }

    private async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(Address, "/healthz/ready"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException)
        {
            // Not listening yet. The handler lets the socket's exception out where the peer resets just after it accepted.
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (lastLines)
        {
            lastLines.Enqueue(line);
            if (lastLines.Count > LinesKept) lastLines.Dequeue();
        }
    }
}
