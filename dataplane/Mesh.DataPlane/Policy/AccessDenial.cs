using Mesh.DataPlane.Http;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Policy;

/// <summary>Why a request or connection may not go on.</summary>
/// <param name="Details">For logs: <c>rbac_access_denied_matched_policy[NAME]</c>, or the sentence that says what is lacking.</param>
/// <param name="Flags">One of <see cref="ResponseFlags"/>.</param>
public sealed record AccessDenial(string Details, string Flags = ResponseFlags.None)
{
    /// <summary>What HTTP and gRPC callers are told, and of policies nothing besides: they are not theirs to know.</summary>
    /// <remarks>Source: Envoy, RBAC filter.</remarks>
    public string Message { get; init; } = "RBAC: access denied";

    /// <summary>403, or 401 for a token that is not valid.</summary>
    public int Status { get; init; } = StatusCodes.Status403Forbidden;
}
