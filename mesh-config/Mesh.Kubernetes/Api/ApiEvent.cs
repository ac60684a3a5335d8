namespace Mesh.Kubernetes.Api;

/// <summary>One event of a watch.</summary>
/// <param name="Item">Null for a bookmark.</param>
/// <param name="EndsInitialEvents">The bookmark after the last object of a streaming list.</param>
internal sealed record ApiEvent(ApiEventType Type, ApiItem? Item, string ResourceVersion, bool EndsInitialEvents = false);
