using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>TLS of calls to a host.</summary>
public sealed record ClientTlsSettings
{
    public ClientTlsSettingsMode Mode { get; init; }
    public string ClientCertificate { get; init; } = "";
    public string PrivateKey { get; init; } = "";
    public string CaCertificates { get; init; } = "";
    public string CredentialName { get; init; } = "";
    public ImmutableArray<string> SubjectAltNames { get; init; } = [];
    public string Sni { get; init; } = "";
    public bool? InsecureSkipVerify { get; init; }
    public string CaCrl { get; init; } = "";

    internal static Schema<ClientTlsSettings> Schema { get; } =
        new Schema<ClientTlsSettings>("ClientTLSSettings", () => new ClientTlsSettings())
            .Field("mode", Codecs.Enum<ClientTlsSettingsMode>(), x => x.Mode, (x, v) => x with { Mode = v })
            .Field("clientCertificate", Codecs.Text,
                x => x.ClientCertificate, (x, v) => x with { ClientCertificate = v })
            .Field("privateKey", Codecs.Text, x => x.PrivateKey, (x, v) => x with { PrivateKey = v })
            .Field("caCertificates", Codecs.Text, x => x.CaCertificates, (x, v) => x with { CaCertificates = v })
            .Field("credentialName", Codecs.Text, x => x.CredentialName, (x, v) => x with { CredentialName = v })
            .Field("subjectAltNames", Codecs.List(Codecs.Text),
                x => x.SubjectAltNames, (x, v) => x with { SubjectAltNames = v })
            .Field("sni", Codecs.Text, x => x.Sni, (x, v) => x with { Sni = v })
            .Field("insecureSkipVerify", Codecs.Optional(Codecs.Bool),
                x => x.InsecureSkipVerify, (x, v) => x with { InsecureSkipVerify = v })
            .Field("caCrl", Codecs.Text, x => x.CaCrl, (x, v) => x with { CaCrl = v })
            .AcceptSnakeCase();
}
