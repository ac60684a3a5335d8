namespace Mesh.Istiod.Xds;

/// <summary>Where a client stands.</summary>
/// <param name="Connected">istiod has answered on the stream that is open now.</param>
/// <param name="Failure">How the last stream ended; null while connected and before the first end.</param>
public sealed record AdsStatus(bool Connected, AdsFailure? Failure);
