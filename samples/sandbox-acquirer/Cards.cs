using System.Collections.Frozen;

namespace SandboxAcquirer;

/// <summary>The cards of the sandbox by their tokens.</summary>
internal static class Cards
{
    private static readonly FrozenDictionary<string, Card> Tokens = new Dictionary<string, Card>
    {
        ["pm_card_visa"] = new(),
        ["pm_card_mastercard"] = new(),
        ["pm_card_amex"] = new(),
        ["pm_card_declined"] = new(DeclineCode: "generic_decline", DeclineMessage: "the card issuer declined"),
        ["pm_card_insufficient_funds"] = new(DeclineCode: "insufficient_funds", DeclineMessage: "the card has insufficient funds"),
        ["pm_card_expired"] = new(DeclineCode: "expired_card", DeclineMessage: "the card has expired"),
        ["pm_card_lost"] = new(DeclineCode: "lost_card", DeclineMessage: "the card was reported lost"),
        ["pm_card_timeout"] = new(CardCue.Timeout),
        ["pm_card_late"] = new(CardCue.Late),
        ["pm_card_unavailable"] = new(CardCue.Unavailable),
        ["pm_card_flaky"] = new(CardCue.Flaky),
    }.ToFrozenDictionary();

    /// <summary>Null for a token that is none of ours.</summary>
    public static Card? Find(string? token) => token is null ? null : Tokens.GetValueOrDefault(token);
}
