namespace Mesh.Payments.Domain;

/// <summary>What a transfer of the ledger is for; stored by number.</summary>
internal enum TransferCode
{
    /// <summary>An authorization holds its amount.</summary>
    Hold = 1,

    /// <summary>A hold ends: it was captured, canceled, or its rest released.</summary>
    Release = 2,

    /// <summary>Money is captured.</summary>
    Capture = 3,

    /// <summary>Money goes back to the payer.</summary>
    Refund = 4,

    /// <summary>Our fee for a capture.</summary>
    Fee = 5,
}
