namespace Mesh.DataPlane.Telemetry;

/// <summary>Counts the messages in a gRPC body that goes by in pieces. Not for use by several threads at a time.</summary>
/// <remarks>Source: gRPC over HTTP/2, "Length-Prefixed-Message".</remarks>
public sealed class GrpcMessageCounter
{
    private const int PrefixLength = 5;

    private uint length;
    private int prefixRead;
    private long bodyLeft;

    /// <summary>Messages that have begun, with their prefix complete.</summary>
    public long Count { get; private set; }

    public void Read(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            if (bodyLeft > 0)
            {
                var skipped = (int)Math.Min(bodyLeft, piece.Length);
                bodyLeft -= skipped;
                piece = piece[skipped..];
                continue;
            }

            // The first byte, a flag, is shifted out by the four of the length.
            length = length << 8 | piece[0];
            piece = piece[1..];
            if (++prefixRead < PrefixLength) continue;
            prefixRead = 0;
            Count++;
            bodyLeft = length;
        }
    }
}
