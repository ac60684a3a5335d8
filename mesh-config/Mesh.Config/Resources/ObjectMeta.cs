using System.Collections.Immutable;

namespace Mesh.Config.Resources;

public sealed record ObjectMeta
{
    public required string Name { get; init; }
    public string Namespace { get; init; } = "";

    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableSortedDictionary<string, string> Annotations { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    public DateTimeOffset? CreationTimestamp { get; init; }
    public string ResourceVersion { get; init; } = "";
    public string Uid { get; init; } = "";
}
