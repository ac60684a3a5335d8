namespace SandboxAcquirer;

/// <summary>One operation: a line of the log. A pending one has a second line once it is decided.</summary>
internal sealed record Operation
{
    public required string Id { get; init; }

    public required OperationKind Kind { get; init; }

    public required string Payment { get; init; }

    /// <summary>Only of authorizations and charges, as is <see cref="PaymentMethod"/>.</summary>
    public string? Merchant { get; init; }

    public string? PaymentMethod { get; init; }

    /// <summary>Id of the authorization or charge that a capture, void or refund belongs to.</summary>
    public string? Original { get; init; }

    /// <summary>ISO 4217; of a void the original's, null when there is none.</summary>
    public string? Currency { get; init; }

    /// <summary>Minor units; of a void the original's.</summary>
    public long Amount { get; init; }

    public OperationState State { get; init; }

    public string? Reference { get; init; }

    public string? DeclineCode { get; init; }

    public string? DeclineMessage { get; init; }

    /// <summary>When it was decided, or when a pending one will be.</summary>
    public DateTimeOffset DecideTime { get; init; }

    /// <summary>Whether it asks for the same as <paramref name="other"/>, which has its id.</summary>
    public bool Asks(Operation other) =>
        Kind == other.Kind && Payment == other.Payment && Merchant == other.Merchant && PaymentMethod == other.PaymentMethod
        && Original == other.Original && (Kind == OperationKind.Void || (Currency == other.Currency && Amount == other.Amount));
}
