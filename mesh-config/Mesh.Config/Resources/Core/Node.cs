namespace Mesh.Config.Resources.Core;

/// <summary>Kubernetes Node: where its Pods are.</summary>
public sealed record Node : MeshObject
{
    public NodeStatus? Status { get; init; }

    internal static ResourceKind<Node> Definition { get; } = new(
        "", "Node", ["v1"], namespaced: false,
        header => new Node
        {
            ApiVersion = header.ApiVersion,
            Kind = header.Kind,
            Metadata = header.Metadata,
            Location = header.Location,
        },
        schema => schema
            .Message("status", NodeStatus.Schema, x => x.Status, (x, v) => x with { Status = v })
            .Ignore("spec"));
}
