using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.MeshWide;

/// <summary>A certificate that istiod keeps in a Secret.</summary>
public sealed record ManagedCertificate
{
    public string SecretName { get; init; } = "";
    public ImmutableArray<string> DnsNames { get; init; } = [];

    internal static Schema<ManagedCertificate> Schema { get; } =
        new Schema<ManagedCertificate>("Certificate", () => new ManagedCertificate())
            .Field("secretName", Codecs.Text, x => x.SecretName, (x, v) => x with { SecretName = v })
            .Field("dnsNames", Codecs.List(Codecs.Text), x => x.DnsNames, (x, v) => x with { DnsNames = v })
            .AcceptSnakeCase();
}
