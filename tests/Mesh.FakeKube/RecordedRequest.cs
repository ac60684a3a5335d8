namespace Mesh.FakeKube;

/// <summary>A request about a resource, as roles see it.</summary>
/// <param name="Resource">Plural, with a subresource after a slash.</param>
/// <param name="Namespace">Empty at the scope of the cluster.</param>
/// <param name="Name">Empty for collections that are not narrowed down to one name.</param>
public sealed record RecordedRequest(string Verb, string Group, string Resource, string Namespace, string Name, string User);
