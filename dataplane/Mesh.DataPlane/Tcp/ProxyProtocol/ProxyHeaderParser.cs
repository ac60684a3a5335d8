using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Text;

namespace Mesh.DataPlane.Tcp.ProxyProtocol;

/// <summary>Reads a header of the PROXY protocol, version 1 (text) or 2 (binary), whose extensions (TLVs) are skipped.</summary>
/// <remarks>Source: HAProxy, "The PROXY protocol, versions 1 and 2", sections 2.1 and 2.2.</remarks>
public static class ProxyHeaderParser
{
    /// <summary>Longest header of version 1, CRLF included.</summary>
    public const int MaxTextBytes = 107;

    /// <summary>Longest header of version 2 that is taken; balancers send well under 1 KiB.</summary>
    public const int MaxBytes = 4 * 1024;

    private static readonly SearchValues<byte> OfIPv4 = SearchValues.Create("0123456789."u8);
    private static readonly SearchValues<byte> OfIPv6 = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    private const int BinaryHead = 16;
    private const int AddressesOfIPv4 = 12;
    private const int AddressesOfIPv6 = 36;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> Text => "PROXY "u8;

    /// <param name="bytes">All bytes received so far, or the first <see cref="MaxBytes"/> of them.</param>
    /// <param name="header">Set when the answer is <see cref="ProxyHeaderStatus.Complete"/>.</param>
    /// <param name="problem">What is wrong, in words, when the answer is Malformed; else empty.</param>
    public static ProxyHeaderStatus TryParse(ReadOnlySpan<byte> bytes, out ProxyHeader? header, out string problem)
    {
        header = null;
        problem = "";
        if (Begins(bytes, Signature)) return bytes.Length < BinaryHead ? ProxyHeaderStatus.NeedMore : ParseBinary(bytes, out header, out problem);
        if (Begins(bytes, Text)) return ParseText(bytes, out header, out problem);
        problem = "the connection does not begin with a PROXY protocol header";
        return ProxyHeaderStatus.Malformed;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out ProxyHeader?, out string)"/>
    public static ProxyHeaderStatus TryParse(in ReadOnlySequence<byte> bytes, out ProxyHeader? header, out string problem)
    {
        if (bytes.IsSingleSegment) return TryParse(bytes.FirstSpan, out header, out problem);
        var seen = bytes.Slice(0, Math.Min(bytes.Length, MaxBytes));
        return TryParse(seen.ToArray(), out header, out problem);
    }

    /// <summary>True when both agree as far as both go.</summary>
    private static bool Begins(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> with) =>
        bytes.Length < with.Length ? with.StartsWith(bytes) : bytes.StartsWith(with);

    private static ProxyHeaderStatus ParseText(ReadOnlySpan<byte> bytes, out ProxyHeader? header, out string problem)
    {
        header = null;
        problem = "";
        var end = bytes[..Math.Min(bytes.Length, MaxTextBytes)].IndexOf((byte)'\n');
        if (end < 0)
        {
            if (bytes.Length < MaxTextBytes) return ProxyHeaderStatus.NeedMore;
            problem = $"the PROXY header is longer than {MaxTextBytes} bytes";
            return ProxyHeaderStatus.Malformed;
        }

        var length = end + 1;
        if (bytes[end - 1] == '\r' && TryReadLine(bytes[Text.Length..(end - 1)], length, out header)) return ProxyHeaderStatus.Complete;
        problem = "the PROXY header is malformed";
        return ProxyHeaderStatus.Malformed;
    }

    /// <summary>Protocol, source, destination and their ports, one space between each.</summary>
    private static bool TryReadLine(ReadOnlySpan<byte> line, int length, out ProxyHeader? header)
    {
        header = null;
        var protocol = Take(ref line);
        // What follows UNKNOWN is to be ignored.
        if (protocol.SequenceEqual("UNKNOWN"u8))
        {
            header = new ProxyHeader(null, null, length);
            return true;
        }

        var version6 = protocol.SequenceEqual("TCP6"u8);
        if (!version6 && !protocol.SequenceEqual("TCP4"u8)) return false;
        if (!TryReadAddress(Take(ref line), version6, out var source) || !TryReadAddress(Take(ref line), version6, out var destination)) return false;
        if (!TryReadPort(Take(ref line), out var sourcePort) || !TryReadPort(line, out var destinationPort)) return false;
        header = new ProxyHeader(new IPEndPoint(source, sourcePort), new IPEndPoint(destination, destinationPort), length);
        return true;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> line)
    {
        var space = line.IndexOf((byte)' ');
        var word = space < 0 ? line : line[..space];
        line = space < 0 ? [] : line[(space + 1)..];
        return word;
    }

    private static bool TryReadAddress(ReadOnlySpan<byte> word, bool version6, out IPAddress address)
    {
        address = IPAddress.None;
        // The framework also takes zones and brackets for IPv6, and numbers such as 1 or 0x7f.1 for IPv4.
        if (version6 && word.ContainsAnyExcept(OfIPv6)) return false;
        if (!version6 && (word.ContainsAnyExcept(OfIPv4) || word.Count((byte)'.') != 3)) return false;
        if (!IPAddress.TryParse(Encoding.ASCII.GetString(word), out var read)) return false;
        address = read;
        return version6 == word.Contains((byte)':');
    }

    private static bool TryReadPort(ReadOnlySpan<byte> word, out int port) =>
        Utf8Parser.TryParse(word, out port, out var used) && used == word.Length && port is >= 0 and <= IPEndPoint.MaxPort
        && !word.StartsWith("+"u8) && !word.StartsWith("-"u8) && (word.Length == 1 || !word.StartsWith("0"u8));

    private static ProxyHeaderStatus ParseBinary(ReadOnlySpan<byte> bytes, out ProxyHeader? header, out string problem)
    {
        header = null;
        problem = "";
        var version = bytes[12] >> 4;
        var command = bytes[12] & 0xf;
        var length = BinaryHead + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (version != 2 || command > 1) problem = $"a PROXY header of version {version} with command {command} is not known";
        else if (length > MaxBytes) problem = $"the PROXY header announces {length} bytes, more than {MaxBytes}";
        if (problem.Length > 0) return ProxyHeaderStatus.Malformed;
        if (bytes.Length < length) return ProxyHeaderStatus.NeedMore;
        if (command == 0)
        {
            header = new ProxyHeader(null, null, length);
            return ProxyHeaderStatus.Complete;
        }

        if (TryReadAddresses(bytes[13], bytes[BinaryHead..length], length, out header)) return ProxyHeaderStatus.Complete;
        problem = "the PROXY header is malformed: its addresses are cut off or of no known family";
        return ProxyHeaderStatus.Malformed;
    }

    private static bool TryReadAddresses(byte familyAndTransport, ReadOnlySpan<byte> bytes, int length, out ProxyHeader? header)
    {
        const int unspecified = 0;
        const int ipv4 = 1;
        const int ipv6 = 2;
        const int local = 3;
        header = null;
        switch (familyAndTransport >> 4)
        {
            case unspecified or local:
                header = new ProxyHeader(null, null, length);
                return true;
            case ipv4 when bytes.Length >= AddressesOfIPv4:
                header = Read(bytes, 4, length);
                return true;
            case ipv6 when bytes.Length >= AddressesOfIPv6:
                header = Read(bytes, 16, length);
                return true;
            default:
                return false;
        }
    }

    private static ProxyHeader Read(ReadOnlySpan<byte> bytes, int size, int length)
    {
        var ports = bytes[(2 * size)..];
        return new ProxyHeader(
            new IPEndPoint(new IPAddress(bytes[..size]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
            new IPEndPoint(new IPAddress(bytes.Slice(size, size)), BinaryPrimitives.ReadUInt16BigEndian(ports[2..])),
            length);
    }
}
