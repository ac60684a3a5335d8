using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>Mode of mutual TLS.</summary>
public sealed record MutualTls
{
    public MutualTlsMode Mode { get; init; }

    internal static Schema<MutualTls> Schema { get; } =
        new Schema<MutualTls>("PeerAuthentication.MutualTLS", () => new MutualTls())
            .Field("mode", Codecs.Enum<MutualTlsMode>(), x => x.Mode, (x, v) => x with { Mode = v })
            .AcceptSnakeCase();
}
