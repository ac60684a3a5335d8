using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>What the ledger reads and writes within a transaction, in as few round trips as a database allows.</summary>
internal interface ILedgerStatements
{
    /// <summary>The same statements through another session on the same connection, one that watches.</summary>
    ILedgerStatements On(ISqlSession other);

    /// <summary>Opens the accounts that are not there; leaves alone those that are.</summary>
    /// <param name="accounts">In ascending order of their ids, so that two writers wait for each other in one order.</param>
    Task OpenAsync(IReadOnlyList<LedgerAccount> accounts, string createdBy, long nowUs, CancellationToken cancellationToken);

    /// <summary>Reads accounts as they are now and locks them until the end of the transaction, in ascending order.</summary>
    /// <param name="ids">Distinct, ascending.</param>
    /// <returns>Those that exist, in any order.</returns>
    Task<IReadOnlyList<Account>> LockAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <returns>Those transfers that exist, in any order.</returns>
    Task<IReadOnlyList<LedgerTransfer>> FindAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>Writes what a book decided on the accounts that were locked.</summary>
    /// <exception cref="MutationConflictException">Another writer created one of the transfers meanwhile.</exception>
    Task WriteAsync(LedgerBook book, CancellationToken cancellationToken);
}
