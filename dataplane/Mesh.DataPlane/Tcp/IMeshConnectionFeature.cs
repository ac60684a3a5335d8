using System.Security.Cryptography.X509Certificates;
using Mesh.DataPlane.Identity;

namespace Mesh.DataPlane.Tcp;

/// <summary>What an inbound mesh listener knows about a connection; on connections and, through them, on HTTP requests.</summary>
public interface IMeshConnectionFeature
{
    /// <summary>SNI as the client sent it; null on plain text.</summary>
    string? ServerName { get; }

    /// <summary>Verified identity of the client; null on plain text.</summary>
    SpiffeId? Peer { get; }

    /// <summary>Leaf certificate of the client; null on plain text.</summary>
    X509Certificate2? PeerCertificate { get; }

    /// <summary>Null on plain text. With a hello and without an ALPN or peer, TLS goes on untouched.</summary>
    ClientHello? Hello { get; }

    /// <summary>Negotiated protocol, empty when none was.</summary>
    string Alpn { get; }
}
