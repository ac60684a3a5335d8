using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>Request bodies that came with their headers, as those of unary gRPC calls do: they are sent on as one piece, with theirs.</summary>
internal static class ShortBody
{
    /// <summary>Longer ones are not worth a copy.</summary>
    private const int Longest = 64 * 1024;

    /// <summary>The whole body; null, and nothing read, when some of it has yet to arrive: a caller may be waiting for a response before.</summary>
    public static byte[]? TryTake(HttpContext context)
    {
        // HTTP/1.1 bodies may begin with a promise to go on (100-continue), and are sent on by their length anyway.
        if (!HttpProtocol.IsHttp2(context.Request.Protocol)) return null;
        var reader = context.Request.BodyReader;
        if (!reader.TryRead(out var result)) return null;
        var buffer = result.Buffer;
        if (!result.IsCompleted || result.IsCanceled || buffer.Length > Longest)
        {
            reader.AdvanceTo(buffer.Start);
            return null;
        }

        var whole = buffer.ToArray();
        reader.AdvanceTo(buffer.End);
        return whole;
    }
}
