using Mesh.Payments.Domain;

namespace Mesh.Payments.Acquiring;

/// <summary>One thing the acquirer is asked to do.</summary>
internal sealed record AcquirerOperation
{
    /// <summary>Ours, stored before the acquirer hears of it: 1 to 100 of a-z, A-Z, 0-9, "-" and "_".</summary>
    public required string Id { get; init; }

    public required AcquirerOperationKind Kind { get; init; }

    /// <summary>Id of the payment.</summary>
    public required string PaymentId { get; init; }

    public required string Merchant { get; init; }

    /// <summary>What it is about; for a void what was authorized.</summary>
    public required Money Amount { get; init; }

    /// <summary>Token of the card; only authorizations and charges need it.</summary>
    public string? PaymentMethod { get; init; }

    /// <summary>Id of the authorization or charge that a capture, void or refund belongs to; null for these two themselves.</summary>
    public string? OriginalId { get; init; }
}
