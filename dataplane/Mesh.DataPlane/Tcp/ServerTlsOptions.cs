using Mesh.Hosting.AccessLogs;
using Microsoft.AspNetCore.Connections;

namespace Mesh.DataPlane.Tcp;

/// <summary>Settings of a listener that terminates ordinary TLS.</summary>
public sealed class ServerTlsOptions
{
    /// <summary>For access logs.</summary>
    public required string Process { get; init; }

    public required IAccessLog AccessLog { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Takes a client's connection over before TLS is terminated, its first bytes unread; null leaves it here.</summary>
    public Func<ClientHello, ConnectionDelegate?>? Take { get; init; }

    /// <summary>Certificate and protocols for a client, or null to turn it away.</summary>
    public required Func<ClientHello, ServerHandshake?> Select { get; init; }
}
