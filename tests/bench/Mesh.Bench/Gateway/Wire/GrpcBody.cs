using System.Buffers.Binary;

namespace Mesh.Bench.Gateway.Wire;

/// <summary>One gRPC message: not compressed, its length, its bytes.</summary>
internal static class GrpcBody
{
    /// <param name="size">With the five bytes before the message.</param>
    public static byte[] OfSize(int size)
    {
        var body = new byte[size];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), size - 5);
        for (var i = 5; i < size; i++) body[i] = (byte)('a' + (i % 26));
        return body;
    }
}
