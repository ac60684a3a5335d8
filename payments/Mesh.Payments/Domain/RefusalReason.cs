namespace Mesh.Payments.Domain;

/// <summary>Why a request was refused. The API shows the name in UPPER_SNAKE_CASE as the reason of google.rpc.ErrorInfo.</summary>
internal enum RefusalReason
{
    /// <summary>The acquirer declined; the payment was recorded as failed.</summary>
    PaymentDeclined,

    /// <summary>The acquirer declined a capture, cancellation or refund; the payment is as it was before.</summary>
    OperationDeclined,

    /// <summary>Another operation of the payment waits for the acquirer's answer: try again.</summary>
    PaymentBusy,

    /// <summary>The payment's state does not allow it.</summary>
    PaymentStateConflict,

    /// <summary>More than what is left to capture or refund.</summary>
    AmountTooLarge,

    /// <summary>Another currency than the payment's.</summary>
    CurrencyMismatch,

    /// <summary>There is no such payment, or it is not this caller's.</summary>
    PaymentNotFound,

    /// <summary>The caller is not bound to the merchant.</summary>
    MerchantNotAllowed,

    /// <summary>The key was used with other parameters.</summary>
    IdempotencyKeyReused,
}
