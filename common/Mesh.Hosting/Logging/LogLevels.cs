using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Logging;

/// <summary>What is logged, changeable while the process runs: a level for everything, and others by the begin of a category's name.</summary>
public sealed class LogLevels
{
    /// <summary>What the framework says of itself below a warning repeats what our lines say.</summary>
    private static readonly string[] Framework = ["Microsoft", "System", "Grpc", "Yarp"];

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, LogLevel> known = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, LogLevel> prefixes = new(StringComparer.Ordinal);
    private LogLevel general;

    public LogLevels(LogLevel level) => Set(level);

    /// <summary>The level for everything, and those by prefix, in their order.</summary>
    public (LogLevel General, IReadOnlyList<KeyValuePair<string, LogLevel>> ByPrefix) Current
    {
        get
        {
            lock (gate) return (general, [.. prefixes]);
        }
    }

    public bool IsEnabled(string? category, LogLevel level) =>
        level != LogLevel.None && level >= known.GetOrAdd(category ?? "", static (name, of) => of.Find(name), this);

    /// <summary>Sets the level of everything, and forgets those by prefix.</summary>
    public void Set(LogLevel level)
    {
        lock (gate)
        {
            general = level;
            prefixes.Clear();
            if (level >= LogLevel.Information)
            {
                foreach (var prefix in Framework) prefixes[prefix] = level > LogLevel.Warning ? level : LogLevel.Warning;
            }

            known.Clear();
        }
    }

    /// <param name="prefix">A category, or the beginning of several up to a dot.</param>
    public void Set(string prefix, LogLevel level)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        lock (gate)
        {
            prefixes[prefix] = level;
            known.Clear();
        }
    }

    private LogLevel Find(string category)
    {
        lock (gate)
        {
            var best = general;
            var length = 0;
            foreach (var (prefix, level) in prefixes)
            {
                if (prefix.Length <= length || !category.StartsWith(prefix, StringComparison.Ordinal)) continue;
                if (category.Length > prefix.Length && category[prefix.Length] != '.') continue;
                (best, length) = (level, prefix.Length);
            }

            return best;
        }
    }
}
