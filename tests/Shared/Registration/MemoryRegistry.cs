using System.Collections.Concurrent;
using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;

namespace Mesh.Tests.Shared;

/// <summary>A registry in memory that remembers every write and can be told to fail.</summary>
internal sealed class MemoryRegistry : IWorkloadRegistry
{
    private readonly ConcurrentDictionary<(string Namespace, string Name), WorkloadEntry> entries = new();
    private readonly HashSet<(string Namespace, string Name)> claims = [];

    private int version;

    public string Place => "memory";

    public TimeSpan LookPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Done just before an entry would be deleted.</summary>
    public Action<WorkloadEntry>? BeforeDelete { get; set; }

    public MemoryClaim? LastClaim { get; private set; }

    public bool Unreachable { get; set; }

    public List<WorkloadEntry> Writes { get; } = [];

    public IReadOnlyCollection<WorkloadEntry> Entries => [.. entries.Values];

    public WorkloadEntry Only => Assert.Single(entries.Values);

    public Task<WorkloadEntry?> FindAsync(string ns, string name, CancellationToken cancellationToken)
    {
        Reach();
        return Task.FromResult(entries.GetValueOrDefault((ns, name)));
    }

    public Task<WorkloadEntry?> PutAsync(WorkloadEntry entry, CancellationToken cancellationToken)
    {
        Reach();
        if (!IsCurrent(entry)) return Task.FromResult<WorkloadEntry?>(null);
        Writes.Add(entry);
        var stored = entry with { Metadata = entry.Metadata with { ResourceVersion = $"{++version}" } };
        return Task.FromResult<WorkloadEntry?>(entries[Key(entry)] = stored);
    }

    public Task<bool> DeleteAsync(WorkloadEntry entry, CancellationToken cancellationToken)
    {
        Reach();
        BeforeDelete?.Invoke(entry);
        return Task.FromResult(IsCurrent(entry) && entries.TryRemove(Key(entry), out _));
    }

    public Task<IRegistrationClaim?> TryClaimAsync(string ns, string name, string holder, CancellationToken cancellationToken)
    {
        Reach();
        return Task.FromResult<IRegistrationClaim?>(claims.Add((ns, name)) ? LastClaim = new MemoryClaim(() => claims.Remove((ns, name))) : null);
    }

    /// <summary>Whoever had names has them no longer.</summary>
    public void Free() => claims.Clear();

    private static (string Namespace, string Name) Key(WorkloadEntry entry) => (entry.Metadata.Namespace, entry.Metadata.Name);

    private bool IsCurrent(WorkloadEntry entry) => entry.Metadata.ResourceVersion.Length == 0
        || entries.GetValueOrDefault(Key(entry))?.Metadata.ResourceVersion == entry.Metadata.ResourceVersion;

    private void Reach()
    {
        if (Unreachable) throw new IOException("the disk is gone");
    }
}
