namespace Mesh.Payments.Acquiring;

/// <summary>The acquirer did not say what became of the operation: it may have done it or may still do it.</summary>
internal sealed class AcquirerUnknownException(string message, Exception? inner = null) : Exception(message, inner);
