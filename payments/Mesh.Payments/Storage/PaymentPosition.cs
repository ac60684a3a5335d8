namespace Mesh.Payments.Storage;

/// <summary>A place in the list of payments, which is ordered from the newest to the oldest.</summary>
internal readonly record struct PaymentPosition(long CreateTimeUs, string Id)
{
    /// <summary>Before the newest.</summary>
    public static readonly PaymentPosition Start = new(long.MaxValue, "");

    public static PaymentPosition Of(Domain.Payment payment) => new(Times.ToMicroseconds(payment.CreateTime), payment.Id);
}
