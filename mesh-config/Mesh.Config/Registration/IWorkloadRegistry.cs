using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Registration;

/// <summary>
/// Where WorkloadEntries of machines are kept: files, or Kubernetes. Every operation is atomic for readers and throws
/// <see cref="IOException"/> when the place cannot be reached; nothing is changed then.
/// </summary>
/// <remarks>
/// An entry that was found says which version it is (<c>Metadata.ResourceVersion</c>), and what is done with that entry is done to just
/// that version: whoever wrote in between knew something newer.
/// </remarks>
public interface IWorkloadRegistry
{
    /// <summary>Where that is, for log lines.</summary>
    string Place { get; }

    /// <summary>How often one agent may look without being a burden where a thousand do.</summary>
    TimeSpan LookPeriod { get; }

    /// <summary>Null when there is no such entry, or what is there cannot be read as one.</summary>
    Task<WorkloadEntry?> FindAsync(string ns, string name, CancellationToken cancellationToken);

    /// <summary>Without a version: creates the entry, or replaces all of it. With one: replaces that version only.</summary>
    /// <returns>The entry with its new version; null when it has another version by now, or is gone, and nothing was written.</returns>
    Task<WorkloadEntry?> PutAsync(WorkloadEntry entry, CancellationToken cancellationToken);

    /// <summary>Deletes an entry as it was found.</summary>
    /// <returns>False when it was gone, or has another version by now, and nothing was deleted.</returns>
    Task<bool> DeleteAsync(WorkloadEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the name for as long as this process lives, or until the answer is disposed: one agent per name. Null when
    /// another living agent has it.
    /// </summary>
    /// <param name="holder">Who takes it; told to those who come later. The same one gets what it has already.</param>
    Task<IRegistrationClaim?> TryClaimAsync(string ns, string name, string holder, CancellationToken cancellationToken);
}
