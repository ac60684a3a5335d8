using System.Collections.Frozen;

namespace Mesh.Payments.Domain;

/// <summary>The sandbox's payment method tokens and what its acquirer answers to each, named as Stripe's test tokens are.</summary>
internal static class PaymentMethods
{
    /// <summary>Approved, but the acquirer never says so in time.</summary>
    public const string Timeout = "pm_card_timeout";

    /// <summary>Approved, and said so after seconds.</summary>
    public const string Late = "pm_card_late";

    /// <summary>Turned away without being done the first times, then approved.</summary>
    public const string Unavailable = "pm_card_unavailable";

    /// <summary>Approved; some answers are lost on their way, some operations turned away once.</summary>
    public const string Flaky = "pm_card_flaky";

    private static readonly FrozenDictionary<string, PaymentFailure?> Tokens = new Dictionary<string, PaymentFailure?>
    {
        ["pm_card_visa"] = null,
        ["pm_card_mastercard"] = null,
        ["pm_card_amex"] = null,
        ["pm_card_declined"] = new("generic_decline", "the card issuer declined"),
        ["pm_card_insufficient_funds"] = new("insufficient_funds", "the card has insufficient funds"),
        ["pm_card_expired"] = new("expired_card", "the card has expired"),
        ["pm_card_lost"] = new("lost_card", "the card was reported lost"),
        [Timeout] = null,
        [Late] = null,
        [Unavailable] = null,
        [Flaky] = null,
    }.ToFrozenDictionary();

    public static IEnumerable<string> Known => Tokens.Keys.Order(StringComparer.Ordinal);

    public static bool IsKnown(string token) => Tokens.ContainsKey(token);

    /// <summary>Null when the acquirer authorizes.</summary>
    /// <exception cref="KeyNotFoundException">Not a known token.</exception>
    public static PaymentFailure? Authorize(string token) => Tokens[token];
}
