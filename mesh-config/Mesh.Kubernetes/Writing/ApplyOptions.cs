namespace Mesh.Kubernetes.Writing;

/// <summary>How an object is applied.</summary>
/// <param name="FieldManager">Who owns the fields that are applied; keep it the same from version to version.</param>
/// <param name="Force">Takes fields over from other managers instead of failing with a conflict.</param>
/// <param name="Subresource"><c>status</c>, or empty for the object itself.</param>
/// <param name="Version">The resourceVersion that the object must have; empty for any.</param>
public sealed record ApplyOptions(string FieldManager, bool Force = false, string Subresource = "", string Version = "");
