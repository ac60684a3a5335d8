using Mesh.Payments.Domain;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Acquiring;

/// <summary>How operations are carried out.</summary>
internal sealed record AcquiringSettings
{
    /// <summary>This process, as the owner of leases.</summary>
    public required string Owner { get; init; }

    /// <summary>How long an operation is left to the one who took it; he extends it while he is at it.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>How long an operation is left to the message that asks for it.</summary>
    public required TimeSpan MessageLease { get; init; }

    /// <summary>How long a caller waits for the acquirer.</summary>
    public required TimeSpan Wait { get; init; }

    /// <summary>Operations in flight at a time; more are refused with <see cref="AcquirerBusyException"/>.</summary>
    public required int Limit { get; init; }

    /// <summary>An operation that is not settled after so long is parked.</summary>
    public required TimeSpan GiveUpAfter { get; init; }

    public required FeeSchedule Fees { get; init; }

    /// <summary>Pure; makes the answer for the key of the request that began the operation.</summary>
    public required Func<PaymentDecision, StoredAnswer> Encode { get; init; }
}
