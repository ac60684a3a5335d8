using Mesh.Payments.V1;

namespace Mesh.Payments.Tests.Support;

/// <summary>Requests as a client makes them.</summary>
internal static class Requests
{
    public static string NewKey() => Guid.NewGuid().ToString();

    public static V1.Money Eur(long minorUnits) => new() { CurrencyCode = "EUR", MinorUnits = minorUnits };

    public static CreatePaymentRequest Create(
        long minorUnits = 1250, string? key = null, CaptureMethod capture = CaptureMethod.Unspecified,
        string method = "pm_card_visa", string merchant = "") => new()
        {
            IdempotencyKey = key ?? NewKey(),
            Payment = new V1.Payment
            {
                Amount = Eur(minorUnits),
                PaymentMethod = method,
                CaptureMethod = capture,
                Merchant = merchant,
            },
        };

    public static CapturePaymentRequest Capture(string name, long? minorUnits = null, string? key = null) =>
        new() { Name = name, IdempotencyKey = key ?? NewKey(), Amount = minorUnits is { } amount ? Eur(amount) : null };

    public static CancelPaymentRequest Cancel(string name, string? key = null) => new() { Name = name, IdempotencyKey = key ?? NewKey() };

    public static RefundPaymentRequest Refund(string name, long? minorUnits = null, string? key = null) =>
        new() { Name = name, IdempotencyKey = key ?? NewKey(), Amount = minorUnits is { } amount ? Eur(amount) : null };
}
