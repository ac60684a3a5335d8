namespace Mesh.Payments.Faults.Checking;

/// <summary>What can be wrong after a fault. None of it may ever be.</summary>
public enum FindingKind
{
    /// <summary>A key was never decided, though its client kept sending it.</summary>
    Unanswered,

    /// <summary>One key was answered in two ways.</summary>
    AnsweredTwice,

    /// <summary>A request that nothing speaks against was refused.</summary>
    RefusedWrongly,

    /// <summary>A client was told of an internal error.</summary>
    InternalError,

    /// <summary>A payment was acknowledged and is not in the ledger.</summary>
    AcknowledgedAndLost,

    /// <summary>The ledger has a payment that no client asked for.</summary>
    NeverAskedFor,

    /// <summary>One request made two payments.</summary>
    PaidTwice,

    /// <summary>An amount, currency or merchant is not what was asked for.</summary>
    WrongAmount,

    /// <summary>The payment's final state does not follow from what was acknowledged.</summary>
    WrongState,

    /// <summary>A payment, or an operation at the acquirer, is not decided at the end.</summary>
    Undecided,

    /// <summary>The acquirer authorized or charged one payment more than once.</summary>
    ChargedTwice,

    /// <summary>The acquirer refunded more than was booked.</summary>
    RefundedWithoutBooking,

    /// <summary>The acquirer took money, or still holds it, and the ledger does not know.</summary>
    ChargedWithoutBooking,

    /// <summary>The ledger says that money was taken, held or given back, and the acquirer does not know.</summary>
    BookedWithoutAcquirer,

    /// <summary>The ledger has one movement of a payment more than once.</summary>
    BookedTwice,

    /// <summary>The ledger's totals do not follow from its transfers, or debits and credits differ.</summary>
    OutOfBalance,

    /// <summary>The acquirer's log has one operation decided more than once.</summary>
    DecidedTwice,
}
