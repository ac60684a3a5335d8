namespace Mesh.Istiod.Ca;

/// <summary>A request for a certificate was refused for a reason that lies in the request.</summary>
/// <remarks>The message is the text istiod puts into "CSR signing error (…)".</remarks>
public sealed class CaException(string message, Exception? inner = null) : Exception(message, inner);
