using Mesh.Hosting.Health;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Supervision;

/// <summary>
/// Keeps the service manager informed: that the process is ready, or what it still lacks; that it is alive, as long as its loops are; that
/// it stops. A start is over when the process is ready, or after <see cref="Patience"/>: whoever starts it is told then what is missing, and
/// is not held up by a mesh that cannot be reached.
/// </summary>
/// <param name="answers">Whether the process still answers on one of its own ports.</param>
public sealed class SupervisionService(
    ServiceManager manager, IReadiness readiness, Vitals vitals, Func<CancellationToken, Task<bool>> answers, TimeProvider time,
    ILogger<SupervisionService> log) : BackgroundService, IHostedLifecycleService
{
    /// <summary>How long a start waits for readiness.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Lock telling = new();
    private bool isStarted;
    private bool isReloading;
    private bool isStopping;
    private volatile bool isOver;
    private string told = "";
    private bool toldStopped;

    /// <summary>The settings are being read again; <see cref="Reloaded"/> must follow.</summary>
    public void Reloading()
    {
        lock (telling)
        {
            isReloading = true;
            manager.TellReloading();
        }
    }

    /// <param name="problem">Why nothing was changed; null when all is well.</param>
    public void Reloaded(string? problem)
    {
        lock (telling)
        {
            isReloading = false;
            told = StatusText();
            manager.Tell("READY=1", "STATUS=" + (problem is null ? told : $"reload refused: {problem}"));
        }
    }

    /// <summary>Another process is the main one from now on: it is the one to speak, and this one says nothing any more.</summary>
    public void HandOver(int processId)
    {
        lock (telling)
        {
            manager.TellMainProcess(processId);
            isOver = true;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = time.GetTimestamp();
        var lastSign = started;
        readiness.Changed += Look;
        try
        {
            while (!isOver)
            {
                if (!isStarted && time.GetElapsedTime(started) >= Patience) Start();
                Look();
                if (manager.Watchdog is { } watchdog && time.GetElapsedTime(lastSign) >= watchdog / 4 && await IsAliveAsync(watchdog, stoppingToken).ConfigureAwait(false))
                {
                    lastSign = time.GetTimestamp();
                    manager.Tell("WATCHDOG=1", "STATUS=" + told);
                }

                await Task.Delay(Period, time, stoppingToken).ConfigureAwait(false);
            }
        }
        finally
        {
            readiness.Changed -= Look;
        }
    }

    /// <summary>Before anything is stopped; signs of life go on until this service is.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        lock (telling)
        {
            if (isOver) return Task.CompletedTask;
            isStopping = true;
            told = "leaving: requests in flight are finished";
            manager.Tell("STOPPING=1", "STATUS=" + told);
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Tells what has changed since it was told last.</summary>
    private void Look()
    {
        lock (telling)
        {
            if (isReloading || isStopping || isOver) return;
            if (!isStarted && readiness.IsReady)
            {
                Start();
                return;
            }

            var status = StatusText();
            if (status == told) return;
            told = status;
            manager.Tell("STATUS=" + status);
        }
    }

    private void Start()
    {
        lock (telling)
        {
            if (isStopping || isOver) return;
            isStarted = true;
            told = StatusText();
            manager.Tell("READY=1", "STATUS=" + told);
        }
    }

    private string StatusText() => readiness.Missing is { Count: > 0 } missing ? "not ready: " + string.Join("; ", missing) : "ready";

    private async Task<bool> IsAliveAsync(TimeSpan watchdog, CancellationToken cancellationToken)
    {
        var stopped = vitals.Stopped(watchdog).ToList();
        using var limit = new CancellationTokenSource(watchdog / 4, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (!await answers(either.Token).ConfigureAwait(false)) stopped.Add("listeners: no answer on the own port");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            stopped.Add("listeners: no answer on the own port in time");
        }

        if (stopped.Count > 0 && !toldStopped) log.WorkStopped(string.Join("; ", stopped), watchdog.TotalSeconds);
        toldStopped = stopped.Count > 0;
        return stopped.Count == 0;
    }
}
