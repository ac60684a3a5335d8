using System.Collections.Immutable;
using Mesh.Config.Resources.Validation;
using Mesh.Config.Yaml;

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

    /// <summary>Set while the object is being deleted: a Pod that terminates.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    public string ResourceVersion { get; init; } = "";
    public string Uid { get; init; } = "";

    internal static Schema<ObjectMeta> Schema { get; } =
        new Schema<ObjectMeta>("ObjectMeta", () => new ObjectMeta { Name = "" })
            .Field("name", Codecs.Text, x => x.Name, (x, v) => x with { Name = v }, required: true)
            .Field("namespace", Codecs.Text, x => x.Namespace, (x, v) => x with { Namespace = v })
            .Field("labels", Codecs.Map(Codecs.Text), x => x.Labels, (x, v) => x with { Labels = v })
            .Field("annotations", Codecs.Map(Codecs.Text), x => x.Annotations, (x, v) => x with { Annotations = v })
            .Field("creationTimestamp", Codecs.Timestamp,
                x => x.CreationTimestamp, (x, v) => x with { CreationTimestamp = v })
            .Field("deletionTimestamp", Codecs.Timestamp,
                x => x.DeletionTimestamp, (x, v) => x with { DeletionTimestamp = v })
            .Field("resourceVersion", Codecs.Text, x => x.ResourceVersion, (x, v) => x with { ResourceVersion = v })
            .Field("uid", Codecs.Text, x => x.Uid, (x, v) => x with { Uid = v })
            .Ignore("generateName", "generation", "managedFields", "ownerReferences", "finalizers", "selfLink",
                "deletionGracePeriodSeconds", "clusterName")
            .Check(ObjectRules.Metadata);
}
