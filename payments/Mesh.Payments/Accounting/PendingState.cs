namespace Mesh.Payments.Accounting;

/// <summary>What became of a pending transfer; stored by number. Only the first may change, once.</summary>
internal enum PendingState
{
    /// <summary>Its amount is reserved.</summary>
    Open = 1,

    /// <summary>A transfer posted it, wholly or in part.</summary>
    Posted = 2,

    /// <summary>A transfer voided it.</summary>
    Voided = 3,

    /// <summary>Its time was over before anything else happened.</summary>
    Expired = 4,
}
