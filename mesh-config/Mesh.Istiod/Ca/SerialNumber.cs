using System.Security.Cryptography;

namespace Mesh.Istiod.Ca;

internal static class SerialNumber
{
    private const int Bytes = 16;

    /// <summary>127 random bits, never beginning with a zero byte: DER integers are signed and have no leading zeros.</summary>
    public static byte[] Random()
    {
        var serial = RandomNumberGenerator.GetBytes(Bytes);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
