namespace SandboxAcquirer;

/// <summary>What becomes of authorizations and charges of a card; approved without a decline code.</summary>
internal sealed record Card(CardCue Cue = CardCue.None, string? DeclineCode = null, string? DeclineMessage = null);
