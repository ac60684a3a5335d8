using System.Collections.Immutable;

namespace Mesh.Config.Routing;

/// <summary>Header changes of a route or destination, applied in the order remove, set, add.</summary>
public sealed record HeaderOperations
{
    public static HeaderOperations None { get; } = new();

    public ImmutableArray<KeyValuePair<string, string>> RequestSet { get; init; } = [];
    public ImmutableArray<KeyValuePair<string, string>> RequestAdd { get; init; } = [];
    public ImmutableArray<string> RequestRemove { get; init; } = [];
    public ImmutableArray<KeyValuePair<string, string>> ResponseSet { get; init; } = [];
    public ImmutableArray<KeyValuePair<string, string>> ResponseAdd { get; init; } = [];
    public ImmutableArray<string> ResponseRemove { get; init; } = [];
}
