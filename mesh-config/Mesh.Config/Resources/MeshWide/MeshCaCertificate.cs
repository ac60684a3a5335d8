using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>A further root certificate.</summary>
public sealed record MeshCaCertificate
{
    public string? Pem { get; init; }
    public string? SpiffeBundleUrl { get; init; }
    public ImmutableArray<string> CertSigners { get; init; } = [];
    public ImmutableArray<string> TrustDomains { get; init; } = [];

    internal static Schema<MeshCaCertificate> Schema { get; } =
        new Schema<MeshCaCertificate>("MeshConfig.CertificateData", () => new MeshCaCertificate())
            .Field("pem", Codecs.OptionalText, x => x.Pem, (x, v) => x with { Pem = v })
            .Field("spiffeBundleUrl", Codecs.OptionalText,
                x => x.SpiffeBundleUrl, (x, v) => x with { SpiffeBundleUrl = v })
            .Field("certSigners", Codecs.List(Codecs.Text), x => x.CertSigners, (x, v) => x with { CertSigners = v })
            .Field("trustDomains", Codecs.List(Codecs.Text), x => x.TrustDomains, (x, v) => x with { TrustDomains = v })
            .AcceptSnakeCase()
            .OneOf("pem", "spiffeBundleUrl");
}
