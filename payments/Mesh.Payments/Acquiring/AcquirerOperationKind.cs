namespace Mesh.Payments.Acquiring;

/// <summary>What is asked of the acquirer; stored by number, which is that of <c>acquirer.v1.OperationKind</c>.</summary>
internal enum AcquirerOperationKind
{
    /// <summary>Reserves an amount on the card.</summary>
    Authorize = 1,

    /// <summary>Authorizes and captures in one step.</summary>
    Charge = 2,

    /// <summary>Takes what was authorized, or a part of it, once; the rest is released.</summary>
    Capture = 3,

    /// <summary>Releases an authorization.</summary>
    Void = 4,

    /// <summary>Gives back what was taken, or a part of it.</summary>
    Refund = 5,
}
