using System.Net;

namespace Mesh.Config.Policy;

/// <summary>What an inbound proxy knows about a request, or about a TCP connection, when it applies policy.</summary>
public sealed record PolicyRequest
{
    /// <summary>False for traffic of which only the connection is known: then everything about HTTP below is ignored.</summary>
    public bool IsHttp { get; init; } = true;

    /// <summary>SPIFFE id of the verified client certificate; null over plain text.</summary>
    public string? PeerIdentity { get; init; }

    /// <summary>The direct TCP peer; null when unknown.</summary>
    public IPAddress? SourceAddress { get; init; }

    /// <summary>The original client as X-Forwarded-For or the PROXY protocol tell; null means the direct peer.</summary>
    public IPAddress? RemoteAddress { get; init; }

    public IPAddress? DestinationAddress { get; init; }

    /// <summary>The port of the workload, not of the service.</summary>
    public int DestinationPort { get; init; }

    /// <summary>SNI of the connection; empty without TLS.</summary>
    public string Sni { get; init; } = "";

    public string Method { get; init; } = "";

    /// <summary>Host header or <c>:authority</c> as sent, with its port if it had one.</summary>
    public string Authority { get; init; } = "";

    /// <summary>Path as sent, query included.</summary>
    public string Path { get; init; } = "";

    /// <summary>Value of a header by lower-case name, several joined by commas; null when it is absent.</summary>
    public Func<string, string?> Header { get; init; } = static _ => null;

    /// <summary>Claims of a token that has been validated; null without one.</summary>
    public JwtClaims? Claims { get; init; }
}
