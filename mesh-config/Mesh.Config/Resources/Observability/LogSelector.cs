using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Observability;

/// <summary>On which side of a call requests are logged.</summary>
public sealed record LogSelector
{
    public WorkloadMode Mode { get; init; }

    internal static Schema<LogSelector> Schema { get; } =
        new Schema<LogSelector>("AccessLogging.LogSelector", () => new LogSelector())
            .Field("mode", Codecs.Enum<WorkloadMode>(), x => x.Mode, (x, v) => x with { Mode = v })
            .AcceptSnakeCase();
}
