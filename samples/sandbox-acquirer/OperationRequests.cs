using Mesh.Acquirer.V1;

namespace SandboxAcquirer;

/// <summary>Requests as operations that are not decided yet.</summary>
internal static class OperationRequests
{
    private const int LongestId = 100;
    private const int LongestText = 200;

    public static Operation Read(AuthorizeRequest request) =>
        First(OperationKind.Authorize, request.OperationId, request.Merchant, request.Payment, request.PaymentMethod, request.Amount);

    public static Operation Read(ChargeRequest request) =>
        First(OperationKind.Charge, request.OperationId, request.Merchant, request.Payment, request.PaymentMethod, request.Amount);

    public static Operation Read(CaptureRequest request) =>
        Later(OperationKind.Capture, request.OperationId, request.OriginalOperationId, request.Payment, Checked(request.Amount));

    public static Operation Read(VoidRequest request) =>
        Later(OperationKind.Void, request.OperationId, request.OriginalOperationId, request.Payment, null);

    public static Operation Read(RefundRequest request) =>
        Later(OperationKind.Refund, request.OperationId, request.OriginalOperationId, request.Payment, Checked(request.Amount));

    /// <exception cref="Grpc.Core.RpcException">Not an id.</exception>
    public static string Id(string field, string id) =>
        id.Length is > 0 and <= LongestId && id.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
            ? id
            : throw AcquirerErrors.Invalid($"{field}: must be 1 to {LongestId} of a-z, A-Z, 0-9, \"-\" and \"_\"");

    private static Operation First(OperationKind kind, string id, string merchant, string payment, string token, Amount? amount)
    {
        var money = Checked(amount);
        return new Operation
        {
            Id = Id("operation_id", id),
            Kind = kind,
            Payment = Text("payment", payment),
            Merchant = Text("merchant", merchant),
            PaymentMethod = token.StartsWith("pm_", StringComparison.Ordinal) ? Text("payment_method", token) : throw AcquirerErrors.Invalid("payment_method: must be a token, pm_..."),
            Currency = money.CurrencyCode,
            Amount = money.MinorUnits,
        };
    }

    private static Operation Later(OperationKind kind, string id, string original, string payment, Amount? amount) => new()
    {
        Id = Id("operation_id", id),
        Kind = kind,
        Payment = Text("payment", payment),
        Original = Id("original_operation_id", original),
        Currency = amount?.CurrencyCode,
        Amount = amount?.MinorUnits ?? 0,
    };

    private static string Text(string field, string text) =>
        text.Length is > 0 and <= LongestText ? text : throw AcquirerErrors.Invalid($"{field}: must be 1 to {LongestText} characters");

    private static Amount Checked(Amount? amount) =>
        amount is { MinorUnits: > 0, CurrencyCode.Length: 3 } && amount.CurrencyCode.All(char.IsAsciiLetterUpper)
            ? amount
            : throw AcquirerErrors.Invalid("amount: must be more than zero in an ISO 4217 currency");
}
