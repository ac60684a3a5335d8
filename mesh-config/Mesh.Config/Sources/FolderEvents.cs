namespace Mesh.Config.Sources;

/// <summary>
/// What has happened in a folder and is still to be looked at. A file that was put in place whole is looked at right away, one that is
/// written where it is when no more comes. Thread-safe.
/// </summary>
internal sealed class FolderEvents(TimeSpan debounce, TimeProvider time)
{
    /// <summary>Who writes without a pause is looked at this many times later than one who stops at once.</summary>
    private const int MaxDebounces = 5;

    private readonly Lock _lock = new();
    private HashSet<string> _now = new(StringComparer.Ordinal);
    private HashSet<string> _later = new(StringComparer.Ordinal);
    private bool _all;
    private bool _woken;
    private DateTimeOffset _first;
    private DateTimeOffset _last;
    private TaskCompletionSource _signal = NewSignal();

    /// <param name="path">Or <see cref="FolderSource.Links"/>.</param>
    /// <param name="isWhole">Nobody is writing it any more.</param>
    public void Add(string path, bool isWhole)
    {
        lock (_lock)
        {
            if (isWhole)
            {
                _now.Add(path);
            }
            else
            {
                Postpone();
                _later.Add(path);
            }

            _signal.TrySetResult();
        }
    }

    /// <summary>Nobody knows what has happened.</summary>
    public void AddAll()
    {
        lock (_lock)
        {
            _all = true;
            _signal.TrySetResult();
        }
    }

    /// <summary>Lets <see cref="WhenDueAsync"/> return although nothing has happened.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _woken = true;
            _signal.TrySetResult();
        }
    }

    /// <summary>What is to be looked at now; it is then forgotten.</summary>
    public IReadOnlyCollection<string> Take(out bool all)
    {
        lock (_lock)
        {
            var paths = _now;
            all = _all;
            _woken = false;
            if (HasLater && DueIn() <= TimeSpan.Zero)
            {
                paths.UnionWith(_later);
                _later = new HashSet<string>(StringComparer.Ordinal);
            }

            _now = new HashSet<string>(StringComparer.Ordinal);
            _all = false;
            return paths;
        }
    }

    /// <summary>Until something is to be looked at, or <paramref name="atMost"/> has passed.</summary>
    public async Task WhenDueAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var end = time.GetUtcNow() + atMost;
        while (true)
        {
            Task signal;
            TimeSpan wait;
            lock (_lock)
            {
                if (_now.Count > 0 || _all || _woken) return;
                wait = end - time.GetUtcNow();
                if (HasLater && DueIn() is var due)
                {
                    if (due <= TimeSpan.Zero) return;
                    wait = due < wait ? due : wait;
                }

                if (wait <= TimeSpan.Zero) return;
                if (_signal.Task.IsCompleted) _signal = NewSignal();
                signal = _signal.Task;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(signal, Task.Delay(wait, time, stop.Token)).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private bool HasLater => _later.Count > 0;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Postpone()
    {
        _last = time.GetUtcNow();
        if (!HasLater) _first = _last;
    }

    private TimeSpan DueIn()
    {
        var (quiet, limit) = (_last + debounce, _first + (debounce * MaxDebounces));
        return (quiet < limit ? quiet : limit) - time.GetUtcNow();
    }
}
