using System.Collections.Immutable;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>TLS parameters of the proxies.</summary>
public sealed record MeshTlsSettings
{
    public TlsProtocolVersion MinProtocolVersion { get; init; }
    public ImmutableArray<string> EcdhCurves { get; init; } = [];
    public ImmutableArray<string> CipherSuites { get; init; } = [];

    internal static Schema<MeshTlsSettings> Schema { get; } =
        new Schema<MeshTlsSettings>("MeshConfig.TLSConfig", () => new MeshTlsSettings())
            .Field("minProtocolVersion", ServerTlsSettings.TlsVersions,
                x => x.MinProtocolVersion, (x, v) => x with { MinProtocolVersion = v })
            .Field("ecdhCurves", Codecs.List(Codecs.Text), x => x.EcdhCurves, (x, v) => x with { EcdhCurves = v })
            .Field("cipherSuites", Codecs.List(Codecs.Text), x => x.CipherSuites, (x, v) => x with { CipherSuites = v })
            .AcceptSnakeCase();
}
