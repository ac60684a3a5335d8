using Google.Protobuf.WellKnownTypes;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Api;

/// <summary>Payments as messages of payments.v1.</summary>
internal static class PaymentMessages
{
    public static V1.Payment Of(Payment payment) => new()
    {
        Name = PaymentIds.NameOf(payment.Id),
        Merchant = payment.Merchant,
        Amount = Of(payment.Amount),
        CaptureMethod = (V1.CaptureMethod)payment.CaptureMethod,
        PaymentMethod = payment.PaymentMethod,
        Description = payment.Description,
        State = (V1.PaymentState)payment.State,
        AmountCaptured = Of(payment.Captured),
        AmountRefunded = Of(payment.Refunded),
        Failure = payment.Failure is { } failure ? new V1.PaymentFailure { Code = failure.Code, Message = failure.Message } : null,
        CreateTime = Timestamp.FromDateTimeOffset(payment.CreateTime),
        UpdateTime = Timestamp.FromDateTimeOffset(payment.UpdateTime),
    };

    private static V1.Money Of(Money money) => new() { CurrencyCode = money.Currency, MinorUnits = money.MinorUnits };
}
