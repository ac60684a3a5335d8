using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Resources;

namespace Mesh.Config.Sources;

/// <summary>
/// Resolves the network gateways of the mesh that are given as host names, as every AWS load balancer is, and does so
/// again when an answer has run out. Give it to a model as one of its sources and tell it the model's snapshots.
/// </summary>
/// <remarks>
/// Source: istio pilot/pkg/model/network.go: an answer counts for its time to live, but at least 30 s and at most 1 h; when a
/// lookup fails the earlier addresses stay. A lookup that does not tell a time to live is repeated every 30 s.
/// </remarks>
public sealed class NetworkGatewayResolver(IHostLookup lookup, TimeProvider? time = null) : IMeshSource
{
    /// <summary>The model's own limit to what a broken configuration may make it look up.</summary>
    private const int MaxHosts = 1000;

    private static readonly TimeSpan MinTimeToLive = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaxTimeToLive = TimeSpan.FromHours(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, State> _states = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "network-gateways";

    /// <summary>Names mean the same in all clusters.</summary>
    public string Cluster => "";

    /// <summary>Takes over which names the mesh needs now; those it needs no more are forgotten.</summary>
    public void Follow(MeshSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        lock (_lock)
        {
            var wanted = snapshot.GatewayHostNames.Take(MaxHosts).ToHashSet(StringComparer.Ordinal);
            var isNew = false;
            foreach (var state in _states.Values) state.IsWanted = wanted.Contains(state.Host);
            foreach (var host in wanted)
                isNew |= _states.TryAdd(host, new State(host, _time.GetUtcNow()));
            if (isNew || _states.Values.Any(state => !state.IsWanted)) _changed.TrySetResult();
        }
    }

    /// <inheritdoc />
    public async Task RunAsync(IMeshSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        // Names are only known once the other sources have synced: nobody waits for this one.
        sink.Apply(this, new MeshChanges { Diagnostics = [], Synced = true });
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_changed.Task.IsCompleted) _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            await RefreshAsync(sink, cancellationToken).ConfigureAwait(false);
            var wait = UntilNext();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var delay = wait is { } span ? Task.Delay(span, _time, stop.Token) : Task.Delay(Timeout.Infinite, stop.Token);
            await Task.WhenAny(changed, delay).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task RefreshAsync(IMeshSink sink, CancellationToken cancellationToken)
    {
        State[] due;
        ImmutableArray<ObjectKey> gone;
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var forgotten = _states.Values.Where(state => !state.IsWanted).ToArray();
            foreach (var state in forgotten) _states.Remove(state.Host);
            gone = [.. forgotten.Where(state => !state.Addresses.IsEmpty).Select(state => ObjectKey.Of(ResolvedHost.Of(state.Host, [])))];
            due = [.. _states.Values.Where(state => state.Due <= now)];
        }

        // One after the other would let a slow name hold up the rest.
        var changed = await Task.WhenAll(due.Select(state => ResolveAsync(state, cancellationToken))).ConfigureAwait(false);
        var upserts = due.Where((_, i) => changed[i]).Select(state => ResolvedHost.Of(state.Host, state.Addresses));
        ImmutableArray<Diagnostic> findings;
        lock (_lock) findings = [.. _states.Values.Select(state => state.Failure).OfType<Diagnostic>()];
        if (due.Length > 0 || !gone.IsEmpty)
            sink.Apply(this, new MeshChanges { Upserts = [.. upserts], Deletes = gone, Diagnostics = findings, Synced = true });
    }

    /// <returns>True when there are other addresses than before.</returns>
    private async Task<bool> ResolveAsync(State state, CancellationToken cancellationToken)
    {
        try
        {
            var result = await lookup.LookupAsync(state.Host, cancellationToken).ConfigureAwait(false);
            var holds = result.TimeToLive ?? MinTimeToLive;
            state.Due = _time.GetUtcNow() + (holds < MinTimeToLive ? MinTimeToLive : holds > MaxTimeToLive ? MaxTimeToLive : holds);
            ImmutableArray<string> addresses =
                [.. result.Addresses.Select(address => address.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if (addresses.IsEmpty) return Fail(state, "it has no address");
            state.Failure = null;
            if (addresses.AsSpan().SequenceEqual(state.Addresses.AsSpan())) return false;
            state.Addresses = addresses;
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever a lookup fails with: the earlier addresses stay and it is tried again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            state.Due = _time.GetUtcNow() + MinTimeToLive;
            return Fail(state, e.Message);
        }
    }

    private bool Fail(State state, string reason)
    {
        var kept = state.Addresses.IsEmpty ? "there are none yet" : "the earlier addresses stay";
        state.Failure = new Diagnostic(
            Severity.Warning, "GatewayUnresolved",
            $"network gateway {state.Host} cannot be resolved ({reason}); {kept}; check the name in DNS",
            new SourceLocation(Name));
        return false;
    }

    /// <summary>Null when there is nothing to look up.</summary>
    private TimeSpan? UntilNext()
    {
        lock (_lock)
        {
            if (_states.Count == 0) return null;
            var wait = _states.Values.Min(state => state.Due) - _time.GetUtcNow();
            return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }
    }

    private sealed class State(string host, DateTimeOffset due)
    {
        public string Host { get; } = host;
        public bool IsWanted { get; set; } = true;
        public DateTimeOffset Due { get; set; } = due;
        public ImmutableArray<string> Addresses { get; set; } = [];
        public Diagnostic? Failure { get; set; }
    }
}
