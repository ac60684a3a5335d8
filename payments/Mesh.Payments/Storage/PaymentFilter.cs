namespace Mesh.Payments.Storage;

/// <summary>Which payments to list; null members do not restrict.</summary>
internal sealed record PaymentFilter
{
    public static readonly PaymentFilter All = new();

    public Domain.PaymentState? State { get; init; }
    public string? Merchant { get; init; }

    /// <summary>Only payments of these; none at all when empty.</summary>
    public IReadOnlyList<string>? Merchants { get; init; }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }
}
