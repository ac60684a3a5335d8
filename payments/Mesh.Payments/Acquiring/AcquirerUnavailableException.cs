namespace Mesh.Payments.Acquiring;

/// <summary>The acquirer surely did not do the operation: it could not be reached, or turned it away. Sending it again is safe.</summary>
internal sealed class AcquirerUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
