using System.Collections.Immutable;
using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Core;

/// <summary>One endpoint of a slice.</summary>
public sealed record SliceEndpoint
{
    public ImmutableArray<string> Addresses { get; init; } = [];
    public SliceConditions? Conditions { get; init; }
    public string Hostname { get; init; } = "";
    public string NodeName { get; init; } = "";
    public ObjectReference? TargetRef { get; init; }
    public string Zone { get; init; } = "";

    /// <summary>Zones and nodes whose callers should prefer this endpoint.</summary>
    public SliceHints? Hints { get; init; }

    internal static Schema<SliceEndpoint> Schema { get; } =
        new Schema<SliceEndpoint>("Endpoint", () => new SliceEndpoint())
            .Field("addresses", Codecs.List(Codecs.Text),
                x => x.Addresses, (x, v) => x with { Addresses = v }, required: true)
            .Message("conditions", SliceConditions.Schema, x => x.Conditions, (x, v) => x with { Conditions = v })
            .Field("hostname", Codecs.Text, x => x.Hostname, (x, v) => x with { Hostname = v })
            .Field("nodeName", Codecs.Text, x => x.NodeName, (x, v) => x with { NodeName = v })
            .Message("targetRef", ObjectReference.Schema, x => x.TargetRef, (x, v) => x with { TargetRef = v })
            .Field("zone", Codecs.Text, x => x.Zone, (x, v) => x with { Zone = v })
            .Message("hints", SliceHints.Schema, x => x.Hints, (x, v) => x with { Hints = v })
            .Ignore("deprecatedTopology");
}
