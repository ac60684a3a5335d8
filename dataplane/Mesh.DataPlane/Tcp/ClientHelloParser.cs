using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Mesh.DataPlane.Tcp;

/// <summary>
/// Reads a TLS ClientHello without consuming or answering it. The message may be spread over several records and any number of
/// reads; it is asked again from the start each time, which the limit keeps cheap.
/// </summary>
public static class ClientHelloParser
{
    /// <summary>Most bytes looked at, record headers included. Hellos with post-quantum shares stay well under 4 KiB.</summary>
    public const int MaxBytes = 16 * 1024;

    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;
    private const int RecordHeader = 5;
    private const int MessageHeader = 4;
    private const int MaxRecord = 16 * 1024;
    private const ushort ServerNameExtension = 0;
    private const ushort AlpnExtension = 16;

    /// <param name="buffer">All bytes received so far.</param>
    /// <param name="hello">Set when the answer is <see cref="ClientHelloStatus.Complete"/>.</param>
    /// <param name="problem">What is wrong, in words, when the answer is NotTls or Malformed; else empty.</param>
    public static ClientHelloStatus TryParse(in ReadOnlySequence<byte> buffer, out ClientHello? hello, out string problem)
    {
        hello = null;
        problem = "";
        var seen = (int)Math.Min(buffer.Length, MaxBytes);
        if (seen == 0) return ClientHelloStatus.NeedMore;

        var rented = ArrayPool<byte>.Shared.Rent(seen);
        try
        {
            buffer.Slice(0, seen).CopyTo(rented);
            var status = Parse(rented.AsSpan(0, seen), out hello, out problem);
            if (status != ClientHelloStatus.NeedMore || seen < MaxBytes) return status;
            problem = $"the ClientHello is longer than {MaxBytes} bytes";
            return ClientHelloStatus.Malformed;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Joins the handshake fragments in place at the front of the buffer, then reads the message.</summary>
    private static ClientHelloStatus Parse(Span<byte> bytes, out ClientHello? hello, out string problem)
    {
        hello = null;
        problem = "";
        var joined = 0;
        var next = 0;
        while (true)
        {
            var record = bytes[next..];
            if (record.Length > 0 && record[0] != HandshakeRecord)
            {
                problem = next == 0 ? "the connection does not begin with TLS" : "a record that is not a handshake interrupts the ClientHello";
                return next == 0 ? ClientHelloStatus.NotTls : ClientHelloStatus.Malformed;
            }

            if (record.Length > 1 && record[1] != 3)
            {
                problem = "the connection does not begin with TLS";
                return next == 0 ? ClientHelloStatus.NotTls : ClientHelloStatus.Malformed;
            }

            if (record.Length < RecordHeader) return ClientHelloStatus.NeedMore;
            int length = BinaryPrimitives.ReadUInt16BigEndian(record[3..]);
            if (length is 0 or > MaxRecord)
            {
                problem = $"a TLS record of {length} bytes is not allowed";
                return ClientHelloStatus.Malformed;
            }

            var fragment = record[RecordHeader..];
            var complete = fragment.Length >= length;
            if (complete) fragment = fragment[..length];
            fragment.CopyTo(bytes[joined..]);
            joined += fragment.Length;
            next += RecordHeader + length;

            var status = ParseMessage(bytes[..joined], out hello, out problem);
            if (status != ClientHelloStatus.NeedMore || !complete) return status;
        }
    }

    private static ClientHelloStatus ParseMessage(ReadOnlySpan<byte> message, out ClientHello? hello, out string problem)
    {
        hello = null;
        problem = "";
        if (message.Length > 0 && message[0] != ClientHelloMessage)
        {
            problem = $"the first handshake message has type {message[0]}, not ClientHello";
            return ClientHelloStatus.Malformed;
        }

        if (message.Length < MessageHeader) return ClientHelloStatus.NeedMore;
        var length = (message[1] << 16) | (message[2] << 8) | message[3];
        if (length > MaxBytes)
        {
            problem = $"the ClientHello announces {length} bytes, more than {MaxBytes}";
            return ClientHelloStatus.Malformed;
        }

        if (message.Length < MessageHeader + length) return ClientHelloStatus.NeedMore;
        if (TryReadBody(message.Slice(MessageHeader, length), out hello)) return ClientHelloStatus.Complete;
        problem = "the ClientHello is malformed";
        return ClientHelloStatus.Malformed;
    }

    private static bool TryReadBody(ReadOnlySpan<byte> body, out ClientHello? hello)
    {
        hello = null;
        const int versionAndRandom = 2 + 32;
        if (body.Length < versionAndRandom) return false;
        body = body[versionAndRandom..];
        if (!TryTake(ref body, 1, out _)) return false; // session id
        if (!TryTake(ref body, 2, out _)) return false; // cipher suites
        if (!TryTake(ref body, 1, out _)) return false; // compression methods

        string? serverName = null;
        var alpn = ImmutableArray<string>.Empty;
        if (body.Length > 0)
        {
            if (!TryTake(ref body, 2, out var extensions) || body.Length != 0) return false;
            while (extensions.Length > 0)
            {
                if (extensions.Length < 2) return false;
                var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
                extensions = extensions[2..];
                if (!TryTake(ref extensions, 2, out var data)) return false;
                if (type == ServerNameExtension && !TryReadServerName(data, out serverName)) return false;
                if (type == AlpnExtension && !TryReadAlpn(data, out alpn)) return false;
            }
        }

        hello = new ClientHello(serverName, alpn);
        return true;
    }

    private static bool TryReadServerName(ReadOnlySpan<byte> data, out string? name)
    {
        name = null;
        if (!TryTake(ref data, 2, out var list) || data.Length != 0) return false;
        while (list.Length > 0)
        {
            var type = list[0];
            list = list[1..];
            if (!TryTake(ref list, 2, out var value)) return false;
            if (type != 0 || name is not null) continue;
            // A host name is ASCII without control characters; anything else would end up in logs and lookups.
            if (value.Length is 0 or > 255 || value.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e)) return false;
            name = Encoding.ASCII.GetString(value).ToLowerInvariant();
        }

        return true;
    }

    private static bool TryReadAlpn(ReadOnlySpan<byte> data, out ImmutableArray<string> protocols)
    {
        protocols = [];
        if (!TryTake(ref data, 2, out var list) || data.Length != 0) return false;
        var builder = ImmutableArray.CreateBuilder<string>();
        while (list.Length > 0)
        {
            if (!TryTake(ref list, 1, out var value) || value.Length == 0) return false;
            builder.Add(Encoding.Latin1.GetString(value));
        }

        protocols = builder.ToImmutable();
        return true;
    }

    /// <summary>Takes a vector with a length prefix of 1 or 2 bytes off the front.</summary>
    private static bool TryTake(ref ReadOnlySpan<byte> from, int prefix, out ReadOnlySpan<byte> vector)
    {
        vector = default;
        if (from.Length < prefix) return false;
        var length = prefix == 1 ? from[0] : BinaryPrimitives.ReadUInt16BigEndian(from);
        if (from.Length < prefix + length) return false;
        vector = from.Slice(prefix, length);
        from = from[(prefix + length)..];
        return true;
    }
}
