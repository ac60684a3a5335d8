using System.Collections.Concurrent;
using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;

namespace Mesh.VmAgent.Tests;

/// <summary>A registry in memory that remembers every write and can be told to fail.</summary>
internal sealed class MemoryRegistry : IWorkloadRegistry
{
    private readonly ConcurrentDictionary<(string Namespace, string Name), WorkloadEntry> entries = new();
    private readonly HashSet<(string Namespace, string Name)> claims = [];

    public string Place => "memory";

    public bool Unreachable { get; set; }

    public List<WorkloadEntry> Writes { get; } = [];

    public IReadOnlyCollection<WorkloadEntry> Entries => [.. entries.Values];

    public WorkloadEntry Only => Assert.Single(entries.Values);

    public Task<WorkloadEntry?> FindAsync(string ns, string name, CancellationToken cancellationToken)
    {
        Reach();
        return Task.FromResult(entries.GetValueOrDefault((ns, name)));
    }

    public Task PutAsync(WorkloadEntry entry, CancellationToken cancellationToken)
    {
        Reach();
        entries[(entry.Metadata.Namespace, entry.Metadata.Name)] = entry;
        Writes.Add(entry);
        return Task.CompletedTask;
    }

    public Task<bool> DeleteAsync(string ns, string name, CancellationToken cancellationToken)
    {
        Reach();
        return Task.FromResult(entries.TryRemove((ns, name), out _));
    }

    public Task<IAsyncDisposable?> TryClaimAsync(string ns, string name, string holder, CancellationToken cancellationToken)
    {
        Reach();
        return Task.FromResult<IAsyncDisposable?>(claims.Add((ns, name)) ? new Claim(() => claims.Remove((ns, name))) : null);
    }

    private void Reach()
    {
        if (Unreachable) throw new IOException("the disk is gone");
    }

    private sealed class Claim(Action release) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            release();
            return ValueTask.CompletedTask;
        }
    }
}
