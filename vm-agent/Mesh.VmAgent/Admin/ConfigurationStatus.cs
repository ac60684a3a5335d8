using System.Collections.Immutable;

namespace Mesh.VmAgent.Admin;

/// <param name="Version">Of the snapshot in use; 0 before the first.</param>
/// <param name="Sources"><c>file:DIR@CLUSTER</c>, as given.</param>
/// <param name="Diagnostics">Findings at warning and above, <c>file:line:column: severity code: message</c>.</param>
public sealed record ConfigurationStatus(
    bool Synced, long Version, ImmutableArray<string> Sources, int Services, ImmutableArray<string> Diagnostics);
