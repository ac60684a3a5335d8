using System.Collections.Immutable;
using Mesh.Config.Resources.MeshWide;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>Kubernetes ConfigMap.</summary>
public sealed record ConfigMap : MeshObject
{
    public ImmutableSortedDictionary<string, string> Data { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Base64.</summary>
    public ImmutableSortedDictionary<string, string> BinaryData { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    public bool? Immutable { get; init; }

    /// <summary>The key <c>mesh</c> of a ConfigMap <c>istio</c> or <c>istio-REVISION</c>, read with the object; not written.</summary>
    public MeshConfig? MeshConfig { get; init; }

    /// <summary>The key <c>meshNetworks</c> likewise.</summary>
    public MeshNetworks? MeshNetworks { get; init; }

    internal static ResourceKind<ConfigMap> Definition { get; } = new(
        "", "ConfigMap", ["v1"], namespaced: true,
        header => new ConfigMap
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Field("data", Codecs.Map(Codecs.Text), x => x.Data, (x, v) => x with { Data = v })
            .Field("binaryData", Codecs.Map(Codecs.Text), x => x.BinaryData, (x, v) => x with { BinaryData = v })
            .Field("immutable", Codecs.Optional(Codecs.Bool), x => x.Immutable, (x, v) => x with { Immutable = v })
            .Complete(MeshSettings.Attach));
}
