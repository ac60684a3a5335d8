using System.Security.Cryptography;

namespace Mesh.DataPlane.Http;

/// <summary>Makes request ids: random UUIDs, whose randomness is fetched for many at a time, since fetching it is a system call.</summary>
/// <remarks>Source: RFC 9562 section 5.4.</remarks>
internal static class RequestIds
{
    private const int Size = 16;
    private const int AtATime = 64;

    [ThreadStatic]
    private static byte[]? random;

    [ThreadStatic]
    private static int left;

    public static string Next()
    {
        var bytes = random ??= new byte[Size * AtATime];
        if (left == 0)
        {
            RandomNumberGenerator.Fill(bytes);
            left = AtATime;
        }

        var id = bytes.AsSpan(--left * Size, Size);
        id[6] = (byte)(id[6] & 0x0f | 0x40);
        id[8] = (byte)(id[8] & 0x3f | 0x80);
        return new Guid(id, bigEndian: true).ToString();
    }
}
