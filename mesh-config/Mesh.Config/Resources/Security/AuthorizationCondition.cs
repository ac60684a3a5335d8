using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Security;

/// <summary>A further attribute of the request.</summary>
public sealed record AuthorizationCondition
{
    public string Key { get; init; } = "";
    public ImmutableArray<string> Values { get; init; } = [];
    public ImmutableArray<string> NotValues { get; init; } = [];

    internal static Schema<AuthorizationCondition> Schema { get; } =
        new Schema<AuthorizationCondition>("Condition", () => new AuthorizationCondition())
            .Field("key", Codecs.Text, x => x.Key, (x, v) => x with { Key = v }, required: true)
            .Field("values", Codecs.List(Codecs.Text), x => x.Values, (x, v) => x with { Values = v })
            .Field("notValues", Codecs.List(Codecs.Text), x => x.NotValues, (x, v) => x with { NotValues = v })
            .AcceptSnakeCase();
}
