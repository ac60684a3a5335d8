namespace Mesh.FakeKube.Storage;

/// <summary>One change: <paramref name="Before"/> is null for an addition, <paramref name="After"/> for a deletion.</summary>
/// <param name="Last">What a watcher is sent for a deletion: the last content, at the revision of the deletion.</param>
internal sealed record StoreEvent(long Revision, string TypeId, StoredObject? Before, StoredObject? After, StoredObject Last);
