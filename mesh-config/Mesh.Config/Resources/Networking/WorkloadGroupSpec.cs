using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>What the WorkloadEntries of a group look like and how they are probed.</summary>
public sealed record WorkloadGroupSpec
{
    public WorkloadGroupMetadata? Metadata { get; init; }
    public WorkloadEntrySpec? Template { get; init; }
    public ReadinessProbe? Probe { get; init; }

    internal static Schema<WorkloadGroupSpec> Schema { get; } =
        new Schema<WorkloadGroupSpec>("WorkloadGroup", () => new WorkloadGroupSpec())
            .Message("metadata", WorkloadGroupMetadata.Schema, x => x.Metadata, (x, v) => x with { Metadata = v })
            .Message("template", WorkloadEntrySpec.Schema,
                x => x.Template, (x, v) => x with { Template = v }, required: true)
            .Message("probe", ReadinessProbe.Schema, x => x.Probe, (x, v) => x with { Probe = v })
            .AcceptSnakeCase();
}
