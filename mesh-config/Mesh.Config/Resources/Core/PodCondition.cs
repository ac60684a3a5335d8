using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>One condition of a Pod.</summary>
public sealed record PodCondition
{
    public string Type { get; init; } = "";
    public string Status { get; init; } = "";

    internal static Schema<PodCondition> Schema { get; } =
        new Schema<PodCondition>("PodCondition", () => new PodCondition())
            .Field("type", Codecs.Text, x => x.Type, (x, v) => x with { Type = v })
            .Field("status", Codecs.Text, x => x.Status, (x, v) => x with { Status = v })
            .Open();
}
