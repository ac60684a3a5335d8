using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>One certificate of a server.</summary>
public sealed record ServerTlsCertificate
{
    public string ServerCertificate { get; init; } = "";
    public string PrivateKey { get; init; } = "";
    public string CaCertificates { get; init; } = "";

    internal static Schema<ServerTlsCertificate> Schema { get; } =
        new Schema<ServerTlsCertificate>("ServerTLSSettings.TLSCertificate", () => new ServerTlsCertificate())
            .Field("serverCertificate", Codecs.Text,
                x => x.ServerCertificate, (x, v) => x with { ServerCertificate = v })
            .Field("privateKey", Codecs.Text, x => x.PrivateKey, (x, v) => x with { PrivateKey = v })
            .Field("caCertificates", Codecs.Text, x => x.CaCertificates, (x, v) => x with { CaCertificates = v })
            .AcceptSnakeCase();
}
