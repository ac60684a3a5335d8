namespace Mesh.Payments.Domain;

/// <summary>A request that was decided against.</summary>
/// <param name="Message">Names the thing and the remedy, for people.</param>
/// <param name="Payment">The payment's id when there is one.</param>
internal sealed record Refusal(RefusalReason Reason, string Message, string? Payment = null)
{
    /// <summary>
    /// Whether it is an outcome, which repetitions of the key get again. What is wrong with the request itself leaves no trace:
    /// the caller corrects it and may use the key again.
    /// </summary>
    public bool IsDecided =>
        Reason is RefusalReason.PaymentDeclined or RefusalReason.OperationDeclined or RefusalReason.PaymentStateConflict
            or RefusalReason.AmountTooLarge;

    /// <summary>More facts for programs, in lower camel case.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public static Refusal NotFound(string paymentId) =>
        new(RefusalReason.PaymentNotFound, $"there is no payment {PaymentIds.NameOf(paymentId)}", paymentId);
}
