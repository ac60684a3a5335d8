using Mesh.Payments.Faults.Records;

namespace Mesh.Payments.Faults.Checking;

/// <summary>All that the checker reads.</summary>
/// <param name="Clients">Lines of the clients' own logs.</param>
/// <param name="Acquirer">Lines of the acquirer's log; null when payments decided by token in their own process.</param>
public sealed record History(IReadOnlyList<ClientEntry> Clients, IReadOnlyList<AcquirerEntry>? Acquirer, Ledger Ledger);
