namespace Mesh.Payments.Accounting;

/// <summary>What a transfer does to its accounts; stored by number.</summary>
internal enum TransferKind
{
    /// <summary>Posts its amount at once.</summary>
    Immediate = 1,

    /// <summary>Reserves its amount until it is posted, voided or expires.</summary>
    Pending = 2,

    /// <summary>Ends the reservation of a pending transfer and posts its amount, or a part of it.</summary>
    PostPending = 3,

    /// <summary>Ends the reservation of a pending transfer; nothing is posted.</summary>
    VoidPending = 4,
}
