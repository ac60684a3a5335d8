using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Payments.Accounting;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Api;

/// <summary>Checks of one request of ledger.v1; collects violations before any is reported.</summary>
internal sealed class LedgerChecks
{
    /// <summary>Transfers of one call.</summary>
    public const int LargestBatch = 1024;

    private const int MostViolations = 20;
    private const string AccountForm = "must be accounts/{account} with 1 to 128 of A-Z, a-z, 0-9 and ._~:- in segments separated by /, and must not look like a card number";
    private const string TransferForm = "must be transfers/{transfer} with 1 to 64 of A-Z, a-z, 0-9 and ._~:-, for example a UUID, and must not look like a card number";
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(3653);

    private readonly List<FieldViolation> violations = [];

    /// <exception cref="RpcException">INVALID_ARGUMENT when anything was wrong.</exception>
    public void ThrowIfAny()
    {
        if (violations.Count > 0) throw Errors.Of(violations, Errors.LedgerDomain).ToRpcException();
    }

    public void Wrong(string field, string description, string reason = "INVALID_FIELD") =>
        violations.Add(new FieldViolation(field, description, reason));

    /// <summary>The id in an account's name.</summary>
    public string AccountId(string field, string name)
    {
        if (LedgerNames.AccountOf(name) is { } id) return id;
        WrongName(field, name, AccountForm);
        return "";
    }

    /// <summary>The id in a transfer's name.</summary>
    public string TransferId(string field, string name)
    {
        if (LedgerNames.TransferOf(name) is { } id) return id;
        WrongName(field, name, TransferForm);
        return "";
    }

    public LedgerAccount Account(LedgerV1.Account? account)
    {
        if (account is null)
        {
            Wrong("account", "is required", "REQUIRED");
            ThrowIfAny();
        }

        if (account!.NormalSide is not (LedgerV1.NormalSide.Debit or LedgerV1.NormalSide.Credit))
            Wrong("account.normal_side", "must be DEBIT or CREDIT", "REQUIRED");
        return new LedgerAccount(
            AccountId("account.name", account.Name), Currency("account.currency_code", account.CurrencyCode),
            (NormalSide)account.NormalSide, account.MayGoNegative);
    }

    public IReadOnlyList<TransferRequest> Transfers(IReadOnlyList<LedgerV1.Transfer> transfers)
    {
        if (transfers.Count == 0) Wrong("transfers", "is required", "REQUIRED");
        if (transfers.Count > LargestBatch) Wrong("transfers", $"must have at most {LargestBatch} elements; send several calls, or ImportTransfers");
        ThrowIfAny();
        var requests = new TransferRequest[transfers.Count];
        for (var i = 0; i < requests.Length && violations.Count < MostViolations; i++) requests[i] = Transfer(transfers[i], i);
        return requests;
    }

    private TransferRequest Transfer(LedgerV1.Transfer transfer, int index)
    {
        // Where the fields are is said only when one is wrong: most calls are right, and some have many transfers.
        var before = violations.Count;
        var request = Transfer(transfer);
        for (var i = before; i < violations.Count; i++)
            violations[i] = violations[i] with { Field = $"transfers[{index}].{violations[i].Field}" };
        return request;
    }

    private TransferRequest Transfer(LedgerV1.Transfer transfer)
    {
        var kind = Kind(transfer.Kind);
        var isResolution = kind is TransferKind.PostPending or TransferKind.VoidPending;
        var (debit, credit) = (Side("debit_account", transfer.DebitAccount, isResolution), Side("credit_account", transfer.CreditAccount, isResolution));
        if (debit is { Length: > 0 } && debit == credit) Wrong("credit_account", "must differ from debit_account");
        if (transfer.Amount is null && !isResolution) Wrong("amount", "is required", "REQUIRED");
        if (transfer.Amount is { MinorUnits: <= 0 }) Wrong("amount.minor_units", "must be greater than 0");
        if (transfer.Code is < 0 or > short.MaxValue) Wrong("code", $"must be between 0 and {short.MaxValue}");
        return new TransferRequest(
            TransferId("name", transfer.Name), kind, debit, credit,
            transfer.Amount is { } amount ? Currency("amount.currency_code", amount.CurrencyCode) : null, transfer.Amount?.MinorUnits,
            unchecked((short)transfer.Code))
        {
            PendingId = Pending(transfer.PendingTransfer, isResolution),
            TimeoutUs = Timeout(transfer.Timeout, kind),
            IsLinked = transfer.Linked,
        };
    }

    private TransferKind Kind(LedgerV1.TransferKind kind)
    {
        switch (kind)
        {
            case LedgerV1.TransferKind.Unspecified or LedgerV1.TransferKind.Immediate: return TransferKind.Immediate;
            case LedgerV1.TransferKind.Pending: return TransferKind.Pending;
            case LedgerV1.TransferKind.PostPending: return TransferKind.PostPending;
            case LedgerV1.TransferKind.VoidPending: return TransferKind.VoidPending;
            default:
                Wrong("kind", "must be IMMEDIATE, PENDING, POST_PENDING or VOID_PENDING");
                return TransferKind.Immediate;
        }
    }

    private string? Side(string field, string name, bool isOptional) => name.Length == 0 && isOptional ? null : AccountId(field, name);

    private string? Pending(string name, bool isResolution)
    {
        if (isResolution) return TransferId("pending_transfer", name);
        if (name.Length > 0) Wrong("pending_transfer", "must be empty unless the kind is POST_PENDING or VOID_PENDING");
        return null;
    }

    private long? Timeout(Duration? timeout, TransferKind kind)
    {
        if (timeout is null) return null;
        if (kind != TransferKind.Pending) Wrong("timeout", "must not be set unless the kind is PENDING");
        var isWhole = timeout.Nanos % 1000 == 0 && timeout.Nanos is >= 0 and < 1_000_000_000;
        var microseconds = timeout.Seconds is >= 0 and <= int.MaxValue ? (timeout.Seconds * 1_000_000) + (timeout.Nanos / 1000) : 0;
        if (!isWhole || microseconds <= 0 || microseconds > LongestTimeout.TotalMicroseconds)
            Wrong("timeout", "must be more than 0, at most ten years, and whole microseconds");
        return microseconds;
    }

    private string Currency(string field, string code)
    {
        if (code.Length == 0) Wrong(field, "is required", "REQUIRED");
        else if (!Currencies.IsKnown(code)) Wrong(field, "must be an ISO 4217 code in upper case, for example EUR");
        return code;
    }

    private void WrongName(string field, string name, string form) =>
        Wrong(field, name.Length == 0 ? "is required" : form, name.Length == 0 ? "REQUIRED" : "INVALID_FIELD");
}
