using System.Buffers.Binary;

namespace Mesh.Bench.Gateway.Wire;

/// <summary>
/// One side of an HTTP/2 connection, with as little in it as frames allow: header blocks are made once and never decoded, what is written while a
/// write is under way goes out with the next one. A general library costs ten times as much, and would be what is measured.
/// </summary>
/// <remarks>Source: RFC 9113. Streams carry at most one DATA frame each way, so only the window of the connection is followed.</remarks>
internal sealed class Http2Link
{
    /// <summary>The smallest that any peer may set for the payload of a frame, and what all sides of a bench fit into.</summary>
    public const int MaxBody = 16 * 1024;

    private const int HeadSize = 9;
    private const int InitialWindow = 65_535;
    private const int WindowRefill = 1 << 24;

    private readonly Stream stream;
    private readonly bool isServer;
    private readonly IHttp2Side side;
    private readonly Lock gate = new();
    private byte[] pending = new byte[64 * 1024];
    private byte[] sent = new byte[64 * 1024];
    private int length;
    private bool isSending;
    private bool helloSeen;
    private bool prefaceSeen;
    private long window = InitialWindow;
    private int received;

    public Http2Link(Stream stream, bool isServer, IHttp2Side side)
    {
        this.stream = stream;
        this.isServer = isServer;
        this.side = side;
        prefaceSeen = !isServer;
        lock (gate)
        {
            if (!isServer) Append("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
            Span<byte> settings = stackalloc byte[12];
            // No push, or many streams; then room for whole bodies.
            BinaryPrimitives.WriteUInt16BigEndian(settings, (ushort)(isServer ? 3 : 2));
            BinaryPrimitives.WriteUInt32BigEndian(settings[2..], isServer ? 1000u : 0);
            BinaryPrimitives.WriteUInt16BigEndian(settings[6..], 4);
            BinaryPrimitives.WriteUInt32BigEndian(settings[8..], 1 << 20);
            AppendFrame(Http2Frame.Settings, 0, 0, settings);
            AppendWindowUpdate(int.MaxValue - InitialWindow);
        }
    }

    /// <summary>Streams that the peer allows at a time.</summary>
    public int PeerStreams { get; private set; } = 100;

    /// <summary>Appends a message of HEADERS and DATA, and trailers where there are some; false while the connection's window is too small for it.</summary>
    public bool TryWrite(int streamId, byte[] headers, byte[] body, byte[]? trailers)
    {
        lock (gate)
        {
            if (window < body.Length) return false;
            window -= body.Length;
            AppendFrame(Http2Frame.Headers, Http2Frame.EndHeaders, streamId, headers);
            AppendFrame(Http2Frame.Data, trailers is null ? Http2Frame.EndStream : (byte)0, streamId, body);
            if (trailers is not null) AppendFrame(Http2Frame.Headers, Http2Frame.EndHeaders | Http2Frame.EndStream, streamId, trailers);
            return true;
        }
    }

    /// <summary>Begins to send what was written, unless that is going on already; does not wait.</summary>
    public void Flush()
    {
        lock (gate)
        {
            if (isSending || length == 0) return;
            isSending = true;
        }

        _ = SendAsync();
    }

    /// <summary>Reads frames until the connection ends, however it does.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[256 * 1024];
        var filled = 0;
        Flush();
        try
        {
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
                if (read == 0) break;
                filled += read;
                var used = Consume(buffer.AsSpan(0, filled));
                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
                side.BatchEnded();
                Flush();
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The other end decides when it is over.
        }

        side.Ended();
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                int count;
                lock (gate)
                {
                    if (length == 0)
                    {
                        isSending = false;
                        return;
                    }

                    (pending, sent, count, length) = (sent, pending, length, 0);
                }

                await stream.WriteAsync(sent.AsMemory(0, count));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The reading side sees the same and ends.
        }
    }

    private int Consume(ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        if (isServer && !helloSeen && SkipHello(bytes) is var hello)
        {
            if (hello < 0) return 0;
            helloSeen = true;
            used = hello;
        }

        const int preface = 24;
        if (!prefaceSeen)
        {
            if (bytes.Length - used < preface) return used;
            prefaceSeen = true;
            used += preface;
        }

        while (bytes.Length - used >= HeadSize)
        {
            var head = bytes[used..];
            var size = (head[0] << 16) | (head[1] << 8) | head[2];
            if (head.Length < HeadSize + size) break;
            Take(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head[5..]) & int.MaxValue, head.Slice(HeadSize, size));
            used += HeadSize + size;
        }

        return used;
    }

    /// <summary>A ClientHello that a proxy let through has done its work when it arrives here. Negative: more is needed.</summary>
    private static int SkipHello(ReadOnlySpan<byte> bytes)
    {
        const int recordHead = 5;
        if (bytes.Length < recordHead) return -1;
        const byte handshake = 0x16;
        if (bytes[0] != handshake) return 0;
        var record = recordHead + BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        return bytes.Length < record ? -1 : record;
    }

    private void Take(byte type, byte flags, int streamId, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case Http2Frame.Settings when (flags & Http2Frame.Ack) == 0:
                Follow(payload);
                lock (gate) AppendFrame(Http2Frame.Settings, Http2Frame.Ack, 0, []);
                return;
            case Http2Frame.Ping when (flags & Http2Frame.Ack) == 0:
                lock (gate) AppendFrame(Http2Frame.Ping, Http2Frame.Ack, 0, payload);
                return;
            case Http2Frame.WindowUpdate when streamId == 0:
                lock (gate) window += BinaryPrimitives.ReadUInt32BigEndian(payload);
                return;
            case Http2Frame.Data:
                Refill(payload.Length);
                side.Received(streamId, payload.Length, (flags & Http2Frame.EndStream) != 0);
                return;
            case Http2Frame.Headers:
                side.Received(streamId, 0, (flags & Http2Frame.EndStream) != 0);
                return;
            case Http2Frame.ResetStream:
                side.Reset(streamId);
                return;
            case Http2Frame.GoAway:
                throw new IOException("the peer sent GOAWAY");
        }
    }

    private void Follow(ReadOnlySpan<byte> settings)
    {
        for (; settings.Length >= 6; settings = settings[6..])
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(settings[2..]);
            switch (BinaryPrimitives.ReadUInt16BigEndian(settings))
            {
                case 3:
                    PeerStreams = (int)Math.Min(value, int.MaxValue);
                    break;
                case 4 when value < MaxBody:
                    throw new IOException($"the peer's stream window of {value} bytes is too small for this bench");
            }
        }
    }

    private void Refill(int bytes)
    {
        received += bytes;
        if (received < WindowRefill) return;
        lock (gate) AppendWindowUpdate(received);
        received = 0;
    }

    private void AppendWindowUpdate(int bytes)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, bytes);
        AppendFrame(Http2Frame.WindowUpdate, 0, 0, payload);
    }

    private void AppendFrame(byte type, byte flags, int streamId, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        BinaryPrimitives.WriteInt32BigEndian(head, payload.Length << 8);
        head[3] = type;
        head[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(head[5..], streamId);
        Append(head);
        Append(payload);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (length + bytes.Length > pending.Length) Array.Resize(ref pending, Math.Max(pending.Length * 2, length + bytes.Length));
        bytes.CopyTo(pending.AsSpan(length));
        length += bytes.Length;
    }
}
