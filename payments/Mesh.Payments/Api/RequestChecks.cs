using Grpc.Core;
using Mesh.Hosting.Redaction;
using Mesh.Payments.Domain;

namespace Mesh.Payments.Api;

/// <summary>Checks of the fields of one request; collects all violations before any is reported.</summary>
internal sealed class RequestChecks
{
    /// <summary>The largest amount of one payment; see the bound of sums in 001-payments.sql.</summary>
    public const long LargestAmount = 999_999_999_999;

    private const int LongestKey = 255;
    private const int LongestDescription = 500;
    private const int LongestMerchant = 64;
    private const string DefaultMerchant = "default";

    private readonly List<FieldViolation> violations = [];

    /// <exception cref="RpcException">INVALID_ARGUMENT when anything was wrong.</exception>
    public void ThrowIfAny()
    {
        if (violations.Count > 0) throw Errors.Of(violations).ToRpcException();
    }

    public void Wrong(string field, string description, string reason = "INVALID_FIELD") =>
        violations.Add(new FieldViolation(field, description, reason));

    /// <param name="header">The header of the same meaning, for JSON callers.</param>
    public string Key(string field, string? header)
    {
        if (field.Length > 0 && !string.IsNullOrEmpty(header) && field != header)
            Wrong("idempotency_key", "differs from the header Idempotency-Key; send one of them");
        var key = field.Length > 0 ? field : header ?? "";
        if (key.Length == 0)
            Wrong("idempotency_key", "is required; send a new UUID with each new request, and the same again with its repetitions", "REQUIRED");
        else if (key.Length > LongestKey || !key.All(character => character is > ' ' and <= '~'))
            Wrong("idempotency_key", $"must be 1 to {LongestKey} visible ASCII characters");
        NoCardNumber("idempotency_key", key);
        return key;
    }

    /// <summary>The id in a payment's name.</summary>
    public string PaymentId(string name)
    {
        if (name.Length == 0) Wrong("name", "is required", "REQUIRED");
        else if (PaymentIds.IdOf(name) is { } id) return id;
        else Wrong("name", "must be payments/{payment} as the service gave it");
        return "";
    }

    public NewPayment Payment(V1.Payment? payment)
    {
        if (payment is null)
        {
            Wrong("payment", "is required", "REQUIRED");
            ThrowIfAny();
        }

        return new NewPayment(
            Merchant("payment.merchant", payment!.Merchant),
            Amount("payment.amount", payment.Amount) ?? RequiredAmount("payment.amount"),
            CaptureMethodOf(payment.CaptureMethod),
            PaymentMethod(payment.PaymentMethod),
            Description(payment.Description));
    }

    /// <summary>Null when unset.</summary>
    public Money? Amount(string field, V1.Money? money)
    {
        if (money is null) return null;
        if (money.CurrencyCode.Length == 0) Wrong($"{field}.currency_code", "is required", "REQUIRED");
        else if (!Currencies.IsKnown(money.CurrencyCode)) Wrong($"{field}.currency_code", "must be an ISO 4217 code in upper case, for example EUR");
        if (money.MinorUnits is <= 0 or > LargestAmount)
            Wrong($"{field}.minor_units", $"must be between 1 and {LargestAmount}");
        return new Money(money.CurrencyCode, money.MinorUnits);
    }

    private Money RequiredAmount(string field)
    {
        Wrong(field, "is required", "REQUIRED");
        return default;
    }

    /// <summary>The default merchant when none is given.</summary>
    public string Merchant(string field, string merchant)
    {
        if (merchant.Length == 0) return DefaultMerchant;
        if (!IsMerchant(merchant)) Wrong(field, $"must be 1 to {LongestMerchant} of a-z, 0-9 and -");
        NoCardNumber(field, merchant);
        return merchant;
    }

    public static bool IsMerchant(string text) => text.Length is > 0 and <= LongestMerchant
        && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');

    private CaptureMethod CaptureMethodOf(V1.CaptureMethod method)
    {
        switch (method)
        {
            case V1.CaptureMethod.Unspecified or V1.CaptureMethod.Automatic: return CaptureMethod.Automatic;
            case V1.CaptureMethod.Manual: return CaptureMethod.Manual;
            default:
                Wrong("payment.capture_method", "must be AUTOMATIC or MANUAL");
                return CaptureMethod.Automatic;
        }
    }

    public bool IsAsynchronous(V1.ProcessingMode mode)
    {
        if (!Enum.IsDefined(mode)) Wrong("processing", "must be SYNC or ASYNC");
        return mode == V1.ProcessingMode.Async;
    }

    private string PaymentMethod(string token)
    {
        if (token.Length == 0) Wrong("payment.payment_method", "is required", "REQUIRED");
        else if (!NoCardNumber("payment.payment_method", token)) return "";
        else if (!PaymentMethods.IsKnown(token))
            Wrong("payment.payment_method", $"is not a known token; the sandbox knows {string.Join(", ", PaymentMethods.Known)}");
        return token;
    }

    private string Description(string text)
    {
        if (text.Length > LongestDescription) Wrong("payment.description", $"must have at most {LongestDescription} characters");
        if (text.Any(char.IsControl)) Wrong("payment.description", "must not contain control characters");
        NoCardNumber("payment.description", text);
        return text;
    }

    private bool NoCardNumber(string field, string text)
    {
        if (!CardNumbers.In(text)) return true;
        Wrong(field, "looks like a card number; send a payment method token, never a card number", "CARD_NUMBER_REFUSED");
        return false;
    }
}
