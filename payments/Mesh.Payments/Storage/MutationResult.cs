namespace Mesh.Payments.Storage;

/// <summary>What became of a piece of work.</summary>
internal sealed record MutationResult
{
    /// <summary>
    /// The answer; provisional while <see cref="PendingOperation"/> will decide it. Null for a settlement of what was settled.
    /// </summary>
    public StoredAnswer? Answer { get; init; }

    /// <summary>Id of the operation whose outcome will be the answer; null when the answer is decided.</summary>
    public string? PendingOperation { get; init; }

    /// <summary>Set for the one who began <see cref="PendingOperation"/> and is to carry it out.</summary>
    public OperationInHand? Begun { get; init; }

    public static MutationResult Of(StoredAnswer answer) => new() { Answer = answer };
}
