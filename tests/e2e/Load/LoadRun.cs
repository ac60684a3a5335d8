using System.Collections.Concurrent;

namespace Mesh.EndToEnd.Load;

/// <summary>Flows that call all the time, each from a few callers that wait for an answer before they call again.</summary>
internal sealed class LoadRun : IAsyncDisposable
{
    private const int CallersPerFlow = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);

    /// <summary>So long may a flow take for the successes that are waited for; far beyond what is expected.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly ConcurrentQueue<CallRecord> records = [];
    private readonly ConcurrentDictionary<string, int> succeeded = [];
    private readonly ConcurrentDictionary<string, bool> paused = [];
    private readonly ConcurrentDictionary<string, int> underWay = [];
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource abort = new();
    private readonly IReadOnlyList<IFlow> flows;
    private readonly Task callers;

    /// <param name="flows">Are not disposed with the run.</param>
    public LoadRun(IReadOnlyList<IFlow> flows)
    {
        this.flows = flows;
        Began = TimeProvider.System.GetTimestamp();
        callers = Task.WhenAll(flows.SelectMany(flow => Enumerable.Range(0, CallersPerFlow).Select(_ => Task.Run(() => CallAsync(flow)))));
    }

    public long Began { get; }

    /// <summary>In the order in which the calls ended; complete after <see cref="StopAsync"/>.</summary>
    public IReadOnlyList<CallRecord> Records => [.. records];

    /// <summary>Until each flow that is not paused had so many more successes.</summary>
    /// <exception cref="LocalMeshException">One did not, in time.</exception>
    public async Task MoreAsync(int count, CancellationToken cancellationToken)
    {
        var wanted = flows.Where(flow => !paused.ContainsKey(flow.Name))
            .ToDictionary(flow => flow.Name, flow => succeeded.GetValueOrDefault(flow.Name) + count);
        var began = TimeProvider.System.GetTimestamp();
        while (wanted.FirstOrDefault(pair => succeeded.GetValueOrDefault(pair.Key) < pair.Value).Key is { } missing)
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                var last = records.LastOrDefault(record => record.Flow == missing && record.Failure is not null);
                throw new LocalMeshException($"{missing} does not get through any more; last failure: {last?.Failure ?? "none"}");
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>
    /// The callers of these flows stop to call, until they are resumed: their own workload is being replaced. Returns when what they have
    /// under way has ended.
    /// </summary>
    public async Task PauseFlowsAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var pausing = names.ToList();
        foreach (var name in pausing) paused[name] = true;
        while (pausing.Any(name => underWay.GetValueOrDefault(name) > 0)) await Task.Delay(5, cancellationToken);
    }

    public void Resume() => paused.Clear();

    public void Resume(IEnumerable<string> names)
    {
        foreach (var name in names) paused.TryRemove(name, out _);
    }

    /// <summary>Lets calls in flight end.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await callers;
    }

    public async ValueTask DisposeAsync()
    {
        // Whoever stops the whole with Ctrl-C does not wait for calls that nobody answers.
        await abort.CancelAsync();
        await StopAsync();
        stop.Dispose();
        abort.Dispose();
    }

    private async Task CallAsync(IFlow flow)
    {
        while (!stop.IsCancellationRequested)
        {
            // Counted before the look at the pause, so that whoever pauses sees this call or this caller sees the pause.
            underWay.AddOrUpdate(flow.Name, 1, (_, count) => count + 1);
            if (!paused.ContainsKey(flow.Name))
            {
                var trace = Trace.New();
                var began = TimeProvider.System.GetTimestamp();
                string? failure;
                try
                {
                    failure = await flow.CallAsync(trace, abort.Token);
                }
                catch (OperationCanceledException) when (abort.IsCancellationRequested)
                {
                    underWay.AddOrUpdate(flow.Name, 0, (_, count) => count - 1);
                    return;
                }

                if (failure is null) succeeded.AddOrUpdate(flow.Name, 1, (_, count) => count + 1);
                records.Enqueue(new CallRecord(flow.Name, began, TimeProvider.System.GetTimestamp(), failure, trace.Id));
            }

            underWay.AddOrUpdate(flow.Name, 0, (_, count) => count - 1);
            await Task.Delay(Pause, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
