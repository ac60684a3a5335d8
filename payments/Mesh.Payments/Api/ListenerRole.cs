namespace Mesh.Payments.Api;

/// <summary>What a listener is for.</summary>
internal enum ListenerRole
{
    /// <summary>payments.v1, over gRPC and JSON.</summary>
    Payments,

    /// <summary>ledger.v1, for other services of the company.</summary>
    Ledger,

    /// <summary>Probes and metrics.</summary>
    Admin,
}
