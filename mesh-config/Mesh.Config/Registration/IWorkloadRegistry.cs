using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Registration;

/// <summary>
/// Where WorkloadEntries of machines are kept: files, or Kubernetes. Every operation is atomic for readers and throws
/// <see cref="IOException"/> when the place cannot be reached; nothing is changed then.
/// </summary>
public interface IWorkloadRegistry
{
    /// <summary>Where that is, for log lines.</summary>
    string Place { get; }

    /// <summary>Null when there is no such entry, or what is there cannot be read as one.</summary>
    Task<WorkloadEntry?> FindAsync(string ns, string name, CancellationToken cancellationToken);

    /// <summary>Creates the entry, or replaces all of it.</summary>
    Task PutAsync(WorkloadEntry entry, CancellationToken cancellationToken);

    /// <summary>False when there was none.</summary>
    Task<bool> DeleteAsync(string ns, string name, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the name for as long as this process lives, or until the answer is disposed: one agent per name. Null when
    /// another living agent has it.
    /// </summary>
    /// <param name="holder">Who takes it; told to those who come later.</param>
    Task<IAsyncDisposable?> TryClaimAsync(string ns, string name, string holder, CancellationToken cancellationToken);
}
