using Grpc.Core;

namespace Mesh.Istiod.Ca;

/// <summary>The CA gave no certificate; the message says which CA, why, and what to check.</summary>
public sealed class CaClientException(string message, StatusCode? statusCode = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Of the last attempt; null when the call never started (unreadable token or root file).</summary>
    public StatusCode? StatusCode { get; } = statusCode;
}
