namespace Mesh.Payments.Storage;

/// <summary>Where an operation of the acquirer stands; stored by number.</summary>
internal enum OperationStatus
{
    /// <summary>The acquirer has not decided, or we do not know what.</summary>
    Pending = 1,

    Approved = 2,
    Declined = 3,

    /// <summary>Not tried any more until somebody looks at it.</summary>
    Parked = 4,
}
