using System.Collections.Concurrent;
using Mesh.Config.Model.Compilation;

namespace Mesh.Config.Model.Incremental;

/// <summary>
/// What has been computed for views, by scope. A scope that nobody has asked for during a whole period is forgotten: it costs
/// nothing but time when it is asked for again. Thread-safe.
/// </summary>
internal sealed class ViewMemos
{
    /// <summary>Beyond so many scopes at a time views are made, but nothing about them is kept.</summary>
    public const int Limit = 1024;

    private static readonly TimeSpan _period = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<ProxyScope, Entry> _entries = new(ProxyScopeComparer.Instance);
    private DateTimeOffset _swept;

    public int Count => _entries.Count;

    /// <summary>Null when there are too many.</summary>
    public ViewMemo? Get(ProxyScope scope)
    {
        if (!_entries.TryGetValue(scope, out var entry))
        {
            if (_entries.Count >= Limit) return null;
            entry = _entries.GetOrAdd(scope, static _ => new Entry());
        }

        entry.Asked = true;
        return entry.Memo;
    }

    /// <summary>Forgets the scopes that were not asked for since the last time, once in a period.</summary>
    public void Sweep(DateTimeOffset now)
    {
        if (now - _swept < _period) return;
        _swept = now;
        foreach (var (scope, entry) in _entries)
        {
            if (entry.Asked) entry.Asked = false;
            else _entries.TryRemove(scope, out _);
        }
    }

    private sealed class Entry
    {
        private volatile bool _asked;

        public bool Asked
        {
            get => _asked;
            set => _asked = value;
        }

        public ViewMemo Memo { get; } = new();
    }
}
