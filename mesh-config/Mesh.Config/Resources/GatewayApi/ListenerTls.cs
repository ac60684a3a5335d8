using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.GatewayApi;

/// <summary>TLS of a listener.</summary>
public sealed record ListenerTls
{
    public ListenerTlsMode Mode { get; init; }
    public ImmutableArray<SecretReference> CertificateRefs { get; init; } = [];
    public string FrontendValidation { get; init; } = "";

    /// <summary><c>gateway.istio.io/tls-terminate-mode</c> and <c>gateway.istio.io/listener-protocol</c>.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    internal static Schema<ListenerTls> Schema { get; } =
        new Schema<ListenerTls>("GatewayTLSConfig", () => new ListenerTls())
            .Field("mode", Codecs.Names<ListenerTlsMode>(), x => x.Mode, (x, v) => x with { Mode = v })
            .Field("certificateRefs", Codecs.List(SecretReference.Schema),
                x => x.CertificateRefs, (x, v) => x with { CertificateRefs = v })
            .Field("frontendValidation", Codecs.Raw,
                x => x.FrontendValidation, (x, v) => x with { FrontendValidation = v })
            .Field("options", Codecs.Map(Codecs.Text), x => x.Options, (x, v) => x with { Options = v });
}
