namespace Mesh.LocalMesh;

/// <summary>One line of the printed table.</summary>
/// <param name="Path">As put together from access logs; empty when no process logged the call.</param>
/// <param name="Identity">SPIFFE id of the caller as the server's side verified it.</param>
internal sealed record SampleResult(
    string Step,
    string From,
    string To,
    string Path,
    string Identity,
    string Status,
    TimeSpan Time,
    bool Succeeded)
{
    /// <summary>32 hex digits; empty for a step of several calls.</summary>
    public string TraceId { get; init; } = "";
}
