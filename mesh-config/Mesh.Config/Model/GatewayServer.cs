using System.Collections.Immutable;

namespace Mesh.Config.Model;

/// <summary>One server of a Gateway resource, as a listener has to serve it.</summary>
public sealed record GatewayServer
{
    /// <summary><c>ns/name</c> of the Gateway.</summary>
    public required string Gateway { get; init; }

    /// <summary>Host patterns without the namespace part; <c>*</c>, <c>*.suffix</c> or exact. Also the SNI patterns of a TLS server.</summary>
    public required ImmutableArray<string> Hosts { get; init; }

    /// <summary>As in the resource, in upper case: TLS that is terminated carries HTTP with <c>HTTPS</c> and bytes with <c>TLS</c>.</summary>
    public string Protocol { get; init; } = "";

    public required GatewayTls Tls { get; init; }
}
