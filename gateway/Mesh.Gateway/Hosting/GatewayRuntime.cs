using System.Collections.Immutable;
using System.Threading.Channels;
using Mesh.Config.Model;
using Mesh.Hosting.Health;
using Mesh.Hosting.Shutdown;

namespace Mesh.Gateway.Hosting;

/// <summary>Applies snapshots to all roles, one at a time and always the newest, and keeps readiness true to what is open.</summary>
internal sealed class GatewayRuntime : IDrainStep, IAsyncDisposable
{
    /// <summary>How often an address that could not be bound is tried again.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    private readonly Channel<MeshSnapshot> pending = Channel.CreateBounded<MeshSnapshot>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly CancellationTokenSource stopping = new();
    private readonly ReadinessCondition sources;
    private readonly ReadinessCondition bound;
    private readonly DiagnosticsLog diagnostics;
    private readonly TimeSpan drainDelay;
    private readonly Func<MeshSnapshot, Task> applied;
    private readonly TimeProvider time;
    private readonly ILogger<GatewayRuntime> log;
    private readonly Lock publishing = new();
    private long published;
    private Task loop = Task.CompletedTask;
    private bool first = true;
    private int disposed;

    public GatewayRuntime(
        ImmutableArray<RoleRuntime> roles, Readiness readiness, TimeSpan drainDelay, Func<MeshSnapshot, Task> applied,
        TimeProvider time, ILogger<GatewayRuntime> log)
    {
        Roles = roles;
        this.drainDelay = drainDelay;
        this.applied = applied;
        this.time = time;
        this.log = log;
        diagnostics = new DiagnosticsLog(log);
        sources = readiness.Add("sources", "not every configuration source has synced yet");
        bound = readiness.Add("listeners", "no configuration yet");
    }

    public string Name => "listeners";

    public ImmutableArray<RoleRuntime> Roles { get; }

    /// <summary>The snapshot in use; null before the first synced one.</summary>
    public MeshSnapshot? Current { get; private set; }

    public void Start() => loop = Task.Run(RunAsync);

    /// <summary>
    /// Hands over a snapshot; returns at once. One that is not synced is not served from, and one that comes late, after a newer
    /// one was handed over, is dropped.
    /// </summary>
    public void Publish(MeshSnapshot snapshot)
    {
        lock (publishing)
        {
            if (snapshot.Version < published) return;
            published = snapshot.Version;
            pending.Writer.TryWrite(snapshot);
        }
    }

    /// <summary>Not ready any more: waits for load balancers to notice, then closes all listeners, finishing what is in flight.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(drainDelay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stopping.CancelAsync();
        await loop;
        await Task.WhenAll(Roles.Select(role => role.Listeners.StopAsync(cancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        // The container knows it by two names and disposes it twice.
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        await stopping.CancelAsync();
        await loop;
        foreach (var role in Roles) await role.DisposeAsync();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (await NextAsync() is { } snapshot)
        {
            try
            {
                diagnostics.Update(snapshot.Diagnostics);
                if (!snapshot.Synced) continue;
                foreach (var role in Roles) await role.ApplyAsync(snapshot, stopping.Token);
                Current = snapshot;
                sources.Met();
                await applied(snapshot);
                Report(snapshot);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A snapshot that cannot be applied must not end the gateway: the last good one serves on.
            catch (Exception error)
#pragma warning restore CA1031
            {
                log.ApplyFailed(snapshot.Version, error);
            }
        }
    }

    /// <summary>The next snapshot, or the current one again while some listener is not open; null when stopping.</summary>
    private async Task<MeshSnapshot?> NextAsync()
    {
        try
        {
            if (!Roles.Any(role => role.Listeners.Problems.Length > 0)) return await pending.Reader.ReadAsync(stopping.Token);
            using var retry = new CancellationTokenSource(RetryInterval, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(retry.Token, stopping.Token);
            try
            {
                return await pending.Reader.ReadAsync(linked.Token);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                return Current;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private void Report(MeshSnapshot snapshot)
    {
        var problems = Roles.SelectMany(role => role.Listeners.Problems).ToArray();
        var missing = Roles.Where(role => role.Listeners.Bound.IsEmpty).Select(role => role.Role.ToString()).ToArray();
        if (problems.Length > 0) bound.NotMet(problems[0]);
        else if (missing.Length > 0) bound.NotMet($"no Gateway resource selects this gateway as {string.Join(" and ", missing)}");
        else bound.Met();
        if (!first) return;
        first = false;
        log.FirstSnapshot(
            snapshot.Version,
            Roles.Max(role => role.Directory.View!.Upstreams.Count()),
            Roles.Sum(role => role.Listeners.Bound.Length));
    }
}
