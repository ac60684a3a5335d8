using Mesh.Config.Model;

namespace Mesh.DataPlane.Tcp;

/// <summary>What an inbound listener does with a connection, decided from its first bytes.</summary>
/// <param name="Mode">Whether mTLS is required, possible or not spoken.</param>
/// <param name="Refusal">Not null: the connection is closed and this is logged.</param>
/// <param name="IsPassedOn">TLS that is the application's own affair: it goes on as it came.</param>
public readonly record struct InboundVerdict(MtlsMode Mode, string? Refusal = null, bool IsPassedOn = false)
{
    public static InboundVerdict Refuse(string reason) => new(MtlsMode.Strict, reason);
}
