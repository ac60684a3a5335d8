using Mesh.Payments.Accounting;

namespace Mesh.Payments.Storage;

/// <summary>What became of a <see cref="LedgerCall"/>.</summary>
/// <param name="Account">The account it asked to open, as it is after the batch; null when it asked for none.</param>
/// <param name="Results">For each transfer.</param>
internal sealed record LedgerAnswer(Account? Account, IReadOnlyList<TransferResult> Results);
