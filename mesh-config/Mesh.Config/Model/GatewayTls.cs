using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Model;

/// <summary>TLS of one Gateway server. Paths are as written in the resource.</summary>
public sealed record GatewayTls
{
    public required GatewayTlsMode Mode { get; init; }
    public string ServerCertificate { get; init; } = "";
    public string PrivateKey { get; init; } = "";
    public string CaCertificates { get; init; } = "";
    public string CredentialName { get; init; } = "";

    /// <summary>What the Secret of <see cref="CredentialName"/> holds; null when no source has one.</summary>
    public TlsCredential? Credential { get; init; }

    /// <summary>File with revoked client certificates.</summary>
    public string CaCrl { get; init; } = "";

    public ImmutableArray<string> SubjectAltNames { get; init; } = [];

    /// <summary>SHA-256 of client keys (SubjectPublicKeyInfo) in base64; with <see cref="VerifyCertificateHash"/>, one of either must fit.</summary>
    public ImmutableArray<string> VerifyCertificateSpki { get; init; } = [];

    /// <summary>SHA-256 of client certificates in hexadecimal, with or without colons.</summary>
    public ImmutableArray<string> VerifyCertificateHash { get; init; } = [];

    public bool HttpsRedirect { get; init; }

    /// <summary>Automatic: TLS 1.2.</summary>
    public TlsProtocolVersion MinVersion { get; init; }

    /// <summary>Automatic: TLS 1.3.</summary>
    public TlsProtocolVersion MaxVersion { get; init; }

    /// <summary>Names as OpenSSL has them, for TLS up to 1.2; empty: the platform's own choice.</summary>
    public ImmutableArray<string> CipherSuites { get; init; } = [];
}
