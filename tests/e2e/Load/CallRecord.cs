namespace Mesh.EndToEnd.Load;

/// <summary>One call as its client saw it.</summary>
/// <param name="Began">Timestamp of <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="Ended">The same clock.</param>
/// <param name="Failure">Status and message; null when it was answered as it should be.</param>
/// <param name="TraceId">Finds the call in the access logs.</param>
internal sealed record CallRecord(string Flow, long Began, long Ended, string? Failure, string TraceId);
