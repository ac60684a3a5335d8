using Mesh.Hosting;

namespace Mesh.Payments.Domain;

/// <summary>One payment as it is stored. A change is a new record with the next <see cref="Version"/>.</summary>
internal sealed record Payment
{
    /// <summary>32 hex digits, in the order of creation (UUID version 7).</summary>
    public required string Id { get; init; }

    public required string Merchant { get; init; }
    public required Money Amount { get; init; }
    public required Money Captured { get; init; }
    public required Money Refunded { get; init; }
    public required CaptureMethod CaptureMethod { get; init; }
    public required string PaymentMethod { get; init; }
    public required string Description { get; init; }
    public required PaymentState State { get; init; }
    public PaymentFailure? Failure { get; init; }

    /// <summary>Id of what the acquirer was asked to do and has not decided; there is never more than one.</summary>
    public string? PendingOperation { get; init; }

    public required DateTimeOffset CreateTime { get; init; }
    public required DateTimeOffset UpdateTime { get; init; }

    /// <summary>1 when created; a stored payment is replaced only by the version after it.</summary>
    public required long Version { get; init; }

    /// <summary>Whether a reader sees a difference; that something waits for the acquirer is shown only by a new payment.</summary>
    public bool LooksLike(Payment other) =>
        this == other with { Version = Version, PendingOperation = PendingOperation, UpdateTime = UpdateTime };

    /// <summary>Checks what holds for every payment at any time.</summary>
    /// <exception cref="InvariantException">It does not.</exception>
    public void CheckInvariants()
    {
        Invariant.Holds(Amount.IsPositive, $"payment {Id}: amount {Amount.MinorUnits}");
        Invariant.Holds(Captured.MinorUnits >= 0 && Captured <= Amount,
            $"payment {Id}: captured {Captured.MinorUnits} of {Amount.MinorUnits}");
        Invariant.Holds(Refunded.MinorUnits >= 0 && Refunded <= Captured,
            $"payment {Id}: refunded {Refunded.MinorUnits} of {Captured.MinorUnits}");
        Invariant.Holds(Version > 0 && UpdateTime >= CreateTime, $"payment {Id}: version {Version}, {CreateTime:O} to {UpdateTime:O}");
        var isFinal = State is PaymentState.Canceled or PaymentState.Failed or PaymentState.Refunded;
        Invariant.Holds(PendingOperation is null ? State != PaymentState.Processing : !isFinal,
            $"payment {Id}: state {State} with pending operation {PendingOperation}");
        var agrees = State switch
        {
            PaymentState.Processing or PaymentState.RequiresCapture or PaymentState.Canceled =>
                Captured.MinorUnits == 0 && Failure is null,
            PaymentState.Failed => Captured.MinorUnits == 0 && Failure is not null,
            PaymentState.Succeeded => Captured.IsPositive && Refunded.MinorUnits == 0,
            PaymentState.PartiallyRefunded => Refunded.IsPositive && Refunded < Captured,
            PaymentState.Refunded => Captured.IsPositive && Refunded == Captured,
            _ => false,
        };
        Invariant.Holds(agrees,
            $"payment {Id}: state {State} with captured {Captured.MinorUnits}, refunded {Refunded.MinorUnits}, failure {Failure?.Code}");
    }
}
