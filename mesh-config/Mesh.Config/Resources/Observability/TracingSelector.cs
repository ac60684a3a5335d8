using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>On which side of a call requests are traced.</summary>
public sealed record TracingSelector
{
    public WorkloadMode Mode { get; init; }

    internal static Schema<TracingSelector> Schema { get; } =
        new Schema<TracingSelector>("Tracing.TracingSelector", () => new TracingSelector())
            .Field("mode", Codecs.Enum<WorkloadMode>(), x => x.Mode, (x, v) => x with { Mode = v })
            .AcceptSnakeCase();
}
