namespace Mesh.Payments.Storage;

/// <summary>Another replica got there first; the same batch can run again.</summary>
internal sealed class MutationConflictException(string message) : Exception(message);
