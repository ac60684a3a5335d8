using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>One condition, e.g. <c>Healthy</c> of a WorkloadEntry.</summary>
public sealed record IstioCondition
{
    public string Type { get; init; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status { get; init; } = "";

    public string Reason { get; init; } = "";
    public string Message { get; init; } = "";
    public DateTimeOffset? LastProbeTime { get; init; }
    public DateTimeOffset? LastTransitionTime { get; init; }
    public int ObservedGeneration { get; init; }

    internal static Schema<IstioCondition> Schema { get; } =
        new Schema<IstioCondition>("IstioCondition", () => new IstioCondition())
            .Field("type", Codecs.Text, x => x.Type, (x, v) => x with { Type = v }, required: true)
            .Field("status", Codecs.Text, x => x.Status, (x, v) => x with { Status = v })
            .Field("reason", Codecs.Text, x => x.Reason, (x, v) => x with { Reason = v })
            .Field("message", Codecs.Text, x => x.Message, (x, v) => x with { Message = v })
            .Field("lastProbeTime", Codecs.Timestamp, x => x.LastProbeTime, (x, v) => x with { LastProbeTime = v })
            .Field("lastTransitionTime", Codecs.Timestamp,
                x => x.LastTransitionTime, (x, v) => x with { LastTransitionTime = v })
            .Field("observedGeneration", Codecs.Int,
                x => x.ObservedGeneration, (x, v) => x with { ObservedGeneration = v })
            .AcceptSnakeCase();
}
