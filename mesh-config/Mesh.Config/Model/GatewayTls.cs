using System.Collections.Immutable;

namespace Mesh.Config.Model;

/// <summary>TLS of one Gateway server. Paths are as written in the resource.</summary>
public sealed record GatewayTls
{
    public required GatewayTlsMode Mode { get; init; }
    public string ServerCertificate { get; init; } = "";
    public string PrivateKey { get; init; } = "";
    public string CaCertificates { get; init; } = "";
    public string CredentialName { get; init; } = "";
    public ImmutableArray<string> SubjectAltNames { get; init; } = [];
    public bool HttpsRedirect { get; init; }
}
