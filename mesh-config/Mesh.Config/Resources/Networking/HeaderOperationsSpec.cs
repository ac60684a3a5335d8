using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Header changes.</summary>
public sealed record HeaderOperationsSpec
{
    public ImmutableSortedDictionary<string, string> Set { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> Add { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<string> Remove { get; init; } = [];

    internal static Schema<HeaderOperationsSpec> Schema { get; } =
        new Schema<HeaderOperationsSpec>("HeaderOperations", () => new HeaderOperationsSpec())
            .Field("set", Codecs.Map(Codecs.Text), x => x.Set, (x, v) => x with { Set = v })
            .Field("add", Codecs.Map(Codecs.Text), x => x.Add, (x, v) => x with { Add = v })
            .Field("remove", Codecs.List(Codecs.Text), x => x.Remove, (x, v) => x with { Remove = v })
            .AcceptSnakeCase();
}
