namespace Mesh.Payments.Storage;

/// <summary>More mutations wait than are allowed to; nothing was done with this one.</summary>
internal sealed class QueueFullException() : Exception("too many mutations are waiting");
