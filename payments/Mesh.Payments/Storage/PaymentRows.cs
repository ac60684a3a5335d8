using System.Data.Common;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>Payments as rows.</summary>
internal static class PaymentRows
{
    public const string Columns =
        "id, merchant, currency, amount, captured, refunded, capture_method, payment_method, description, state, " +
        "failure_code, failure_message, create_time_us, update_time_us, version, pending_operation";

    public const string Insert =
        $"INSERT INTO payments ({Columns}, pending_version)";

    /// <summary>Affects no row when the stored version is not the one that was decided on.</summary>
    public const string Update =
        "UPDATE payments SET captured = $2, refunded = $3, state = $4, failure_code = $5, failure_message = $6, " +
        "update_time_us = $7, version = $8, pending_operation = $10, pending_version = $11 WHERE id = $1 AND version = $9";

    public static object?[] InsertParameters(Payment payment) =>
    [
        payment.Id, payment.Merchant, payment.Amount.Currency, payment.Amount.MinorUnits, payment.Captured.MinorUnits,
        payment.Refunded.MinorUnits, (short)payment.CaptureMethod, payment.PaymentMethod, payment.Description,
        (short)payment.State, payment.Failure?.Code, payment.Failure?.Message, Times.ToMicroseconds(payment.CreateTime),
        Times.ToMicroseconds(payment.UpdateTime), payment.Version, payment.PendingOperation, PendingVersion(payment),
    ];

    public static object?[] UpdateParameters(Payment payment, long storedVersion) =>
    [
        payment.Id, payment.Captured.MinorUnits, payment.Refunded.MinorUnits, (short)payment.State, payment.Failure?.Code,
        payment.Failure?.Message, Times.ToMicroseconds(payment.UpdateTime), payment.Version, storedVersion, payment.PendingOperation,
        PendingVersion(payment),
    ];

    public static Payment Read(DbDataReader row)
    {
        var currency = row.GetString(2);
        var payment = new Payment
        {
            Id = row.GetString(0),
            Merchant = row.GetString(1),
            Amount = new Money(currency, row.GetInt64(3)),
            Captured = new Money(currency, row.GetInt64(4)),
            Refunded = new Money(currency, row.GetInt64(5)),
            CaptureMethod = (CaptureMethod)row.GetInt16(6),
            PaymentMethod = row.GetString(7),
            Description = row.GetString(8),
            State = (PaymentState)row.GetInt16(9),
            Failure = row.IsDBNull(10) ? null : new PaymentFailure(row.GetString(10), row.GetString(11)),
            CreateTime = Times.FromMicroseconds(row.GetInt64(12)),
            UpdateTime = Times.FromMicroseconds(row.GetInt64(13)),
            Version = row.GetInt64(14),
            PendingOperation = row.IsDBNull(15) ? null : row.GetString(15),
        };
        payment.CheckInvariants();
        return payment;
    }

    private static long? PendingVersion(Payment payment) => payment.PendingOperation is null ? null : payment.Version;
}
