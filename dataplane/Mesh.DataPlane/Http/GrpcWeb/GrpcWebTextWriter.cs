using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Mesh.DataPlane.Http.GrpcWeb;

/// <summary>
/// Writes a body of gRPC messages as base64, each message padded for itself: its last byte never waits for the next message, and a
/// message need not be whole before its beginning is sent.
/// </summary>
internal sealed class GrpcWebTextWriter
{
    /// <summary>One byte of flags, four of length.</summary>
    private const int PrefixLength = 5;

    private readonly byte[] prefix = new byte[PrefixLength];
    private readonly byte[] carried = new byte[3];
    private int prefixCount;
    private int carriedCount;
    private uint remaining;

    /// <summary>Bytes of a body, cut anywhere, as base64.</summary>
    public void Write(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        while (!body.IsEmpty)
        {
            var part = body[..Take(body)];
            body = body[part.Length..];
            Encode(part, output);
            if (prefixCount != PrefixLength || remaining != 0) continue;
            prefixCount = 0;
            Pad(output);
        }
    }

    /// <summary>How much of <paramref name="body"/> belongs to the same prefix or message as its first byte.</summary>
    private int Take(ReadOnlySpan<byte> body)
    {
        int count;
        if (prefixCount < PrefixLength)
        {
            count = Math.Min(PrefixLength - prefixCount, body.Length);
            body[..count].CopyTo(prefix.AsSpan(prefixCount));
            prefixCount += count;
            if (prefixCount == PrefixLength) remaining = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
            return count;
        }

        count = (int)Math.Min(remaining, (uint)body.Length);
        remaining -= (uint)count;
        return count;
    }

    private void Encode(ReadOnlySpan<byte> part, IBufferWriter<byte> output)
    {
        if (carriedCount > 0)
        {
            var missing = Math.Min(carried.Length - carriedCount, part.Length);
            part[..missing].CopyTo(carried.AsSpan(carriedCount));
            carriedCount += missing;
            part = part[missing..];
            if (carriedCount < carried.Length) return;
            Pad(output);
        }

        var whole = part[..(part.Length / 3 * 3)];
        Append(whole, output);
        part[whole.Length..].CopyTo(carried);
        carriedCount = part.Length - whole.Length;
    }

    private void Pad(IBufferWriter<byte> output)
    {
        Append(carried.AsSpan(0, carriedCount), output);
        carriedCount = 0;
    }

    private static void Append(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        if (bytes.IsEmpty) return;
        Base64.EncodeToUtf8(bytes, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        output.Advance(written);
    }
}
