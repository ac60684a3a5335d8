using System.Net;

namespace Mesh.Kubernetes.Api;

/// <summary>The API server said no.</summary>
public sealed class ApiException(HttpStatusCode code, string reason, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    public HttpStatusCode Code { get; } = code;

    /// <summary>Reason of the Status, e.g. <c>Conflict</c>, <c>AlreadyExists</c>, <c>Expired</c>; empty without one.</summary>
    public string Reason { get; } = reason;

    /// <summary>How long the server wants not to be asked.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
