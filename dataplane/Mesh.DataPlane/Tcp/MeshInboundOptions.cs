using Mesh.DataPlane.Identity;
using Mesh.Hosting.AccessLogs;

namespace Mesh.DataPlane.Tcp;

/// <summary>Settings of a listener that terminates mesh mTLS.</summary>
public sealed class MeshInboundOptions
{
    /// <summary>For access logs.</summary>
    public required string Process { get; init; }

    public required IWorkloadIdentity Identity { get; init; }

    /// <summary>Trust domains whose clients are accepted.</summary>
    public required IReadOnlyCollection<string> TrustDomains { get; init; }

    public required IAccessLog AccessLog { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Asked for each connection before anything is read of it: after how long a client that says nothing counts as one in plain text that waits
    /// for the server's first word. Null: never, it is closed.
    /// </summary>
    public Func<TimeSpan?> Silence { get; init; } = static () => null;

    /// <summary>
    /// Asked for each connection before any TLS, with the ClientHello, or null when the client speaks plain text. Must be quick.
    /// </summary>
    public required Func<ClientHello?, InboundVerdict> Admit { get; init; }
}
