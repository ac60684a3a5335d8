namespace Mesh.Payments.Storage;

/// <summary>
/// The store did not answer in time. Whether the mutation was committed is not known: sending it again with its key is safe.
/// </summary>
internal sealed class StoreUnavailableException(string message, Exception? inner) : Exception(message, inner);
