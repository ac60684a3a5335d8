namespace Mesh.Kubernetes.Api;

/// <summary>Which objects of a resource are listed and watched.</summary>
/// <param name="Space">Namespace; empty for all.</param>
/// <param name="NamePrefix">Names that are kept of what the server sends; a selector for this does not exist.</param>
internal sealed record ApiSelection(
    ApiResource Resource, string Space = "", string LabelSelector = "", string FieldSelector = "", string NamePrefix = "")
{
    public override string ToString() =>
        Space.Length == 0 ? Resource.ToString() : $"{Resource} in {Space}{(FieldSelector.Length > 0 ? " with " + FieldSelector : "")}";
}
