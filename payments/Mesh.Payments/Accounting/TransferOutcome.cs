namespace Mesh.Payments.Accounting;

/// <summary>What was decided about one transfer. The API shows these names in UPPER_SNAKE_CASE.</summary>
/// <remarks>
/// The rules and the order in which they are applied follow TigerBeetle's create_transfers
/// (docs.tigerbeetle.com/reference/requests/create_transfers): the first that applies is the outcome.
/// </remarks>
internal enum TransferOutcome
{
    /// <summary>It was created, and is durable once the batch has committed.</summary>
    Created = 1,

    /// <summary>A transfer with this id and these fields was created before.</summary>
    Exists,

    /// <summary>Another transfer of its chain was refused.</summary>
    LinkedTransferFailed,

    /// <summary>It is linked to a next one, and there is none.</summary>
    LinkedChainOpen,

    /// <summary>Some transfers of its chain exist and others do not.</summary>
    LinkedChainDiffers,

    /// <summary>A transfer with this id and other fields exists.</summary>
    ExistsWithDifferentFields,

    /// <summary>There is no such account to debit.</summary>
    DebitAccountNotFound,

    /// <summary>There is no such account to credit.</summary>
    CreditAccountNotFound,

    /// <summary>An account is of another currency than the transfer.</summary>
    CurrencyMismatch,

    /// <summary>There is no pending transfer of the given id.</summary>
    PendingTransferNotFound,

    /// <summary>The given id is of a transfer that never was pending.</summary>
    TransferNotPending,

    /// <summary>Accounts, currency or code were given and differ from the pending transfer's.</summary>
    DiffersFromPendingTransfer,

    /// <summary>More than the pending transfer reserved.</summary>
    ExceedsPendingAmount,

    /// <summary>The pending transfer was posted before.</summary>
    PendingTransferPosted,

    /// <summary>The pending transfer was voided before.</summary>
    PendingTransferVoided,

    /// <summary>The pending transfer's time is over.</summary>
    PendingTransferExpired,

    /// <summary>The account to debit may not go negative and has less.</summary>
    ExceedsDebitAccountBalance,

    /// <summary>The account to credit may not go negative on its side and has less.</summary>
    ExceedsCreditAccountBalance,

    /// <summary>The sum of an account's debits or credits would become too large to count.</summary>
    Overflow,
}
