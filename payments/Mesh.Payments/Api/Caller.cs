namespace Mesh.Payments.Api;

/// <summary>Who calls, as far as it is known; set once for each request.</summary>
/// <param name="Identity">SPIFFE ID, or <c>jwt:ISSUER/CLAIM</c>; empty when no trusted proxy vouched for one.</param>
/// <param name="TraceId">32 hex digits.</param>
internal sealed record Caller(string Identity, string TraceId)
{
    /// <summary>SPIFFE ID of the mesh's peer that passed the request on; null when it is not known.</summary>
    public string? Peer { get; init; }

    private static readonly object Key = new();

    /// <exception cref="InvalidOperationException">No middleware has set it.</exception>
    public static Caller Of(HttpContext context) =>
        context.Items[Key] as Caller ?? throw new InvalidOperationException("the caller of this request was not determined");

    public void Set(HttpContext context) => context.Items[Key] = this;
}
