namespace Mesh.Payments.Acquiring;

/// <summary>The outcome of an operation is not known yet; it is tried again.</summary>
internal sealed class OperationNotSettledException(string reason) : Exception(reason);
