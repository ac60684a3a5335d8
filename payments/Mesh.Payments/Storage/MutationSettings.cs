using Mesh.Payments.Domain;

namespace Mesh.Payments.Storage;

/// <summary>What all mutations of a process have in common.</summary>
internal sealed record MutationSettings
{
    /// <summary>Mutations and settlements that may wait.</summary>
    public required int WaitingLimit { get; init; }

    /// <summary>How long an answer is kept for repetitions of its key.</summary>
    public required TimeSpan KeyLifetime { get; init; }

    /// <summary>Makes what watchers of payments get.</summary>
    public required Func<Payment, byte[]> Serialize { get; init; }

    /// <summary>This process, as the owner of the operations that it begins.</summary>
    public required string LeaseOwner { get; init; }

    /// <summary>How long an operation that was begun is left to its owner.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>How long an asynchronous operation is left to its message, before the reconciler takes it for lost.</summary>
    public required TimeSpan MessageLease { get; init; }
}
