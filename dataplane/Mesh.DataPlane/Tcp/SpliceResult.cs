namespace Mesh.DataPlane.Tcp;

/// <summary>What went through a spliced connection.</summary>
/// <param name="Received">Bytes from the downstream side.</param>
/// <param name="Sent">Bytes to the downstream side.</param>
/// <param name="Problem">Null when both sides closed in order.</param>
public sealed record SpliceResult(long Received, long Sent, string? Problem);
