using System.Collections.Immutable;
using System.Net;
using Mesh.Config.Resources;
using Mesh.Kubernetes.Api;

namespace Mesh.Kubernetes.Watching;

/// <summary>
/// Keeps a target the same as a selection of objects in one API server: lists, watches, goes on where it was after a broken
/// connection, and lists again when the server no longer remembers that place. What was taken over stays until a new list is complete.
/// </summary>
/// <remarks>Source: Kubernetes documentation, "Efficient detection of changes"; client-go tools/cache/reflector.go.</remarks>
internal sealed class Reflector(
    ApiSelection selection, IKubeApi api, IReflectorTarget target, ReflectorOptions options, TimeProvider time, Random random)
{
    private static readonly TimeSpan ShortWatch = TimeSpan.FromSeconds(1);

    private readonly ReflectorState _state = new(options, random);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var began = time.Elapsed();
            try
            {
                await (_state.Next switch
                {
                    ReflectorStep.Probe => ProbeAsync(cancellationToken),
                    ReflectorStep.List => ListAsync(cancellationToken),
                    _ => WatchAsync(cancellationToken),
                }).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (ApiException e) when (ApiClient.IsGone(e))
            {
                // No failure: servers forget. What was taken over stays until the new list is complete.
                _state.Lasted(time.Elapsed() - began);
                _state.Expired();
                target.Forgotten(selection);
                KubeMetrics.Relists.Add(1);
            }
#pragma warning disable CA1031 // Whatever went wrong: it is reported and tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _state.Lasted(time.Elapsed() - began);
                _state.Failed((e as ApiException)?.Code, (e as ApiException)?.RetryAfter);
                KubeMetrics.Failures.Add(1);
                target.Failed(selection, e);
            }

            if (_state.Pause > TimeSpan.Zero) await Task.Delay(_state.Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        if (await api.FindVersionAsync(selection.Resource, cancellationToken).ConfigureAwait(false) is { } version)
        {
            _state.Found(version);
            return;
        }

        if (_state.Missing(time.Elapsed())) target.Replace(selection, []);
        target.Missing(selection);
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        KubeMetrics.Lists.Add(1);
        if (_state.StreamsLists)
        {
            if (await StreamListAsync(cancellationToken).ConfigureAwait(false)) return;
            _state.CannotStream();
        }

        var items = ImmutableArray.CreateBuilder<ApiItem>();
        var next = "";
        do
        {
            var page = await api.ListAsync(selection, _state.Version, next, cancellationToken).ConfigureAwait(false);
            items.AddRange(page.Items.Where(IsWanted));
            next = page.Continue;
            if (next.Length > 0) continue;
            target.Replace(selection, items.DrainToImmutable());
            _state.Listed(page.ResourceVersion);
        }
        while (next.Length > 0);
    }

    /// <summary>Reads the list as events of a watch; then goes on watching on the same connection.</summary>
    /// <returns>False when the server does not do that.</returns>
    private async Task<bool> StreamListAsync(CancellationToken cancellationToken)
    {
        var items = new Dictionary<ObjectKey, ApiItem>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = time.CreateTimer(_ => patience.Cancel(), null, options.StreamingListTime, Timeout.InfiniteTimeSpan);
        var started = time.Elapsed();
        var listed = false;
        try
        {
            await foreach (var change in api.WatchAsync(selection, _state.Version, null, _state.WatchTime(), patience.Token).ConfigureAwait(false))
            {
                limit.Change(listed ? Timeout.InfiniteTimeSpan : options.StreamingListTime, Timeout.InfiniteTimeSpan);
                if (listed)
                {
                    Take(change);
                }
                else if (change.EndsInitialEvents)
                {
                    target.Replace(selection, [.. items.Values]);
                    _state.Listed(change.ResourceVersion);
                    listed = true;
                    limit.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                }
                else if (change.Item is { } item && IsWanted(item))
                {
                    // Objects may change and go while the list is on its way.
                    if (change.Type == ApiEventType.Deleted) items.Remove(item.Key);
                    else items[item.Key] = item;
                }
            }
        }
        catch (ApiException e) when (!listed && e.Code is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity)
        {
            return false;
        }
        catch (OperationCanceledException) when (!listed && !cancellationToken.IsCancellationRequested)
        {
            // An old server takes the parameters for none of its business and never says that the list is complete.
            return false;
        }

        // A server that ends before the list is complete is one that breaks, not one that cannot.
        if (!listed) throw new IOException($"the list of {selection} ended before it was complete");
        _state.WatchEnded(time.Elapsed() - started < ShortWatch);
        return true;
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        KubeMetrics.Watches.Add(1);
        var started = time.Elapsed();
        var seen = false;
        await foreach (var change in api.WatchAsync(selection, _state.Version, _state.ResourceVersion, _state.WatchTime(), cancellationToken)
                           .ConfigureAwait(false))
        {
            seen |= Take(change);
        }

        target.Heard(selection);
        _state.WatchEnded(!seen && time.Elapsed() - started < ShortWatch);
    }

    /// <returns>True when it was news.</returns>
    private bool Take(ApiEvent change)
    {
        target.Heard(selection);
        var isNew = _state.Progressed(change.ResourceVersion);
        if (!isNew || change.Item is not { } item || !IsWanted(item)) return isNew;
        KubeMetrics.Events.Add(1);
        target.Change(selection, change);
        return true;
    }

    private bool IsWanted(ApiItem item) => item.Key.Name.StartsWith(selection.NamePrefix, StringComparison.Ordinal);
}
