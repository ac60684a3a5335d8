using System.Data.Common;
using Mesh.Payments.Acquiring;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>Operations of the acquirer as rows.</summary>
internal static class OperationRows
{
    public const string Columns =
        "id, payment_id, kind, currency, amount, status, caller, idempotency_key, method, trace_id, attempts, due_time_us, " +
        "lease_owner, last_error, create_time_us";

    public const string Select = $"SELECT {Columns} FROM acquirer_operations WHERE id = $1";

    public const string Insert =
        $"INSERT INTO acquirer_operations ({Columns}, update_time_us)";

    /// <summary>Affects no row when it is settled already.</summary>
    public const string Settle =
        "UPDATE acquirer_operations SET status = $2, reference = $3, decline_code = $4, lease_owner = NULL, update_time_us = $5 " +
        "WHERE id = $1 AND status IN (1, 4)";

    public static object?[] InsertParameters(StoredOperation stored) =>
    [
        stored.Id, stored.Operation.PaymentId, (short)stored.Operation.Kind, stored.Operation.Amount.Currency,
        stored.Operation.Amount.MinorUnits, (short)stored.Status, stored.Caller, stored.IdempotencyKey, stored.Method, stored.TraceId,
        stored.Attempts, Times.ToMicroseconds(stored.DueTime), stored.LeaseOwner, stored.LastError,
        Times.ToMicroseconds(stored.CreateTime), Times.ToMicroseconds(stored.CreateTime),
    ];

    public static object?[] SettleParameters(Settlement settlement, long nowUs) =>
    [
        settlement.OperationId, (short)(settlement.DeclineCode is null ? OperationStatus.Approved : OperationStatus.Declined),
        settlement.Reference, settlement.DeclineCode, nowUs,
    ];

    public static StoredOperation Read(DbDataReader row) => new()
    {
        Operation = new PaymentOperation(row.GetString(0), row.GetString(1), (AcquirerOperationKind)row.GetInt16(2),
            new Money(row.GetString(3), row.GetInt64(4))),
        Status = (OperationStatus)row.GetInt16(5),
        Caller = row.GetString(6),
        IdempotencyKey = row.GetString(7),
        Method = row.GetString(8),
        TraceId = row.IsDBNull(9) ? null : row.GetString(9),
        Attempts = row.GetInt64(10),
        DueTime = Times.FromMicroseconds(row.GetInt64(11)),
        LeaseOwner = row.IsDBNull(12) ? null : row.GetString(12),
        LastError = row.IsDBNull(13) ? null : row.GetString(13),
        CreateTime = Times.FromMicroseconds(row.GetInt64(14)),
    };
}
