using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>TLS of a gateway server.</summary>
public sealed record ServerTlsSettings
{
    public bool HttpsRedirect { get; init; }
    public ServerTlsMode Mode { get; init; }
    public string ServerCertificate { get; init; } = "";
    public string PrivateKey { get; init; } = "";
    public string CaCertificates { get; init; } = "";
    public string CaCrl { get; init; } = "";
    public string CredentialName { get; init; } = "";
    public ImmutableArray<string> CredentialNames { get; init; } = [];
    public string CaCertCredentialName { get; init; } = "";
    public ImmutableArray<ServerTlsCertificate> TlsCertificates { get; init; } = [];
    public ImmutableArray<string> SubjectAltNames { get; init; } = [];
    public ImmutableArray<string> VerifyCertificateSpki { get; init; } = [];
    public ImmutableArray<string> VerifyCertificateHash { get; init; } = [];
    public TlsProtocolVersion MinProtocolVersion { get; init; }
    public TlsProtocolVersion MaxProtocolVersion { get; init; }
    public ImmutableArray<string> CipherSuites { get; init; } = [];
    public bool? InsecureSkipVerify { get; init; }

    // Declared before the schema, which uses it: static members are initialised in this order.
    internal static readonly EnumCodec<TlsProtocolVersion> TlsVersions = new(
        (TlsProtocolVersion.TlsAuto, "TLS_AUTO"),
        (TlsProtocolVersion.Tls10, "TLSV1_0"),
        (TlsProtocolVersion.Tls11, "TLSV1_1"),
        (TlsProtocolVersion.Tls12, "TLSV1_2"),
        (TlsProtocolVersion.Tls13, "TLSV1_3"));

    internal static Schema<ServerTlsSettings> Schema { get; } =
        new Schema<ServerTlsSettings>("ServerTLSSettings", () => new ServerTlsSettings())
            .Field("httpsRedirect", Codecs.Bool, x => x.HttpsRedirect, (x, v) => x with { HttpsRedirect = v })
            .Field("mode", Codecs.Enum<ServerTlsMode>(), x => x.Mode, (x, v) => x with { Mode = v })
            .Field("serverCertificate", Codecs.Text,
                x => x.ServerCertificate, (x, v) => x with { ServerCertificate = v })
            .Field("privateKey", Codecs.Text, x => x.PrivateKey, (x, v) => x with { PrivateKey = v })
            .Field("caCertificates", Codecs.Text, x => x.CaCertificates, (x, v) => x with { CaCertificates = v })
            .Field("caCrl", Codecs.Text, x => x.CaCrl, (x, v) => x with { CaCrl = v })
            .Field("credentialName", Codecs.Text, x => x.CredentialName, (x, v) => x with { CredentialName = v })
            .Field("credentialNames", Codecs.List(Codecs.Text),
                x => x.CredentialNames, (x, v) => x with { CredentialNames = v })
            .Field("caCertCredentialName", Codecs.Text,
                x => x.CaCertCredentialName, (x, v) => x with { CaCertCredentialName = v })
            .Field("tlsCertificates", Codecs.List(ServerTlsCertificate.Schema),
                x => x.TlsCertificates, (x, v) => x with { TlsCertificates = v })
            .Field("subjectAltNames", Codecs.List(Codecs.Text),
                x => x.SubjectAltNames, (x, v) => x with { SubjectAltNames = v })
            .Field("verifyCertificateSpki", Codecs.List(Codecs.Text),
                x => x.VerifyCertificateSpki, (x, v) => x with { VerifyCertificateSpki = v })
            .Field("verifyCertificateHash", Codecs.List(Codecs.Text),
                x => x.VerifyCertificateHash, (x, v) => x with { VerifyCertificateHash = v })
            .Field("minProtocolVersion", TlsVersions,
                x => x.MinProtocolVersion, (x, v) => x with { MinProtocolVersion = v })
            .Field("maxProtocolVersion", TlsVersions,
                x => x.MaxProtocolVersion, (x, v) => x with { MaxProtocolVersion = v })
            .Field("cipherSuites", Codecs.List(Codecs.Text),
                x => x.CipherSuites, (x, v) => x with { CipherSuites = v })
            .Field("insecureSkipVerify", Codecs.Optional(Codecs.Bool),
                x => x.InsecureSkipVerify, (x, v) => x with { InsecureSkipVerify = v })
            .AcceptSnakeCase();
}
