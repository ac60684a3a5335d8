namespace Mesh.Bench.Gateway.Wire;

/// <summary>Types and flags of HTTP/2 frames.</summary>
/// <remarks>Source: RFC 9113 §6.</remarks>
internal static class Http2Frame
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;

    public const byte Ack = 1;
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;
}
