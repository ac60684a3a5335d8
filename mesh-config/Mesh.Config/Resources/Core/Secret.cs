using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>Kubernetes Secret. Its text form shows no content, so that none gets into a log.</summary>
public sealed record Secret : MeshObject
{
    public string Type { get; init; } = "";

    /// <summary>Base64.</summary>
    public ImmutableSortedDictionary<string, string> Data { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Plain text; wins over <see cref="Data"/> with the same key.</summary>
    public ImmutableSortedDictionary<string, string> StringData { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    public bool? Immutable { get; init; }

    internal static ResourceKind<Secret> Definition { get; } = new(
        "", "Secret", ["v1"], namespaced: true,
        header => new Secret
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Field("type", Codecs.Text, x => x.Type, (x, v) => x with { Type = v })
            .Field("data", Codecs.Map(Codecs.Text), x => x.Data, (x, v) => x with { Data = v })
            .Field("stringData", Codecs.Map(Codecs.Text), x => x.StringData, (x, v) => x with { StringData = v })
            .Field("immutable", Codecs.Optional(Codecs.Bool), x => x.Immutable, (x, v) => x with { Immutable = v }));

    public override string ToString() => Subject;
}
