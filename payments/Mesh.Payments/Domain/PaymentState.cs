namespace Mesh.Payments.Domain;

/// <summary>Where a payment stands; stored by number, which is that of payments.v1.PaymentState.</summary>
internal enum PaymentState
{
    Processing = 1,
    RequiresCapture = 2,
    Succeeded = 3,
    Canceled = 4,
    Failed = 5,
    PartiallyRefunded = 6,
    Refunded = 7,
}
