using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>An external certificate authority.</summary>
public sealed record CertificateAuthoritySettings
{
    public string Address { get; init; } = "";
    public ClientTlsSettings? TlsSettings { get; init; }
    public TimeSpan? RequestTimeout { get; init; }
    public bool IstiodSide { get; init; }

    internal static Schema<CertificateAuthoritySettings> Schema { get; } =
        new Schema<CertificateAuthoritySettings>("MeshConfig.CA", () => new CertificateAuthoritySettings())
            .Field("address", Codecs.Text, x => x.Address, (x, v) => x with { Address = v }, required: true)
            .Message("tlsSettings", ClientTlsSettings.Schema, x => x.TlsSettings, (x, v) => x with { TlsSettings = v })
            .Field("requestTimeout", Codecs.Duration, x => x.RequestTimeout, (x, v) => x with { RequestTimeout = v })
            .Field("istiodSide", Codecs.Bool, x => x.IstiodSide, (x, v) => x with { IstiodSide = v })
            .AcceptSnakeCase();
}
