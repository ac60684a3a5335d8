using System.Buffers.Binary;
using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mesh.DataPlane.Tcp.ProxyProtocol;

namespace Mesh.DataPlane.Tests.Tcp;

public sealed class ProxyHeaderParserTests
{
    private static readonly byte[] Signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n", "192.0.2.7:56324", "198.51.100.1:443")]
    [InlineData("PROXY TCP6 2001:db8::7 ::ffff:10.1.2.3 1 65535\r\n", "[2001:db8::7]:1", "[::ffff:10.1.2.3]:65535")]
    [InlineData("PROXY UNKNOWN\r\n", null, null)]
    [InlineData("PROXY UNKNOWN ffff::1 what ever 0 99999\r\n", null, null)]
    public void A_text_header_names_client_and_server(string text, string? source, string? destination)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeaderParser.TryParse([.. bytes, .. "GET /"u8], out var header, out _));
        Assert.Equal(source, header!.Source?.ToString());
        Assert.Equal(destination, header.Destination?.ToString());
        Assert.Equal(bytes.Length, header.Length);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROXY\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\n")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443 \r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 056 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 65536 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2 198.51.100.1 1 443\r\n")]
    [InlineData("PROXY TCP4 2001:db8::7 2001:db8::8 1 443\r\n")]
    [InlineData("PROXY TCP6 192.0.2.7 198.51.100.1 1 443\r\n")]
    [InlineData("PROXY TCP6 fe80::1%eth0 fe80::2 1 443\r\n")]
    [InlineData("PROXY UDP4 192.0.2.7 198.51.100.1 1 443\r\n")]
    [InlineData("proxy TCP4 192.0.2.7 198.51.100.1 1 443\r\n")]
    public void A_broken_text_header_is_refused(string text)
    {
        Assert.Equal(ProxyHeaderStatus.Malformed, ProxyHeaderParser.TryParse(Encoding.ASCII.GetBytes(text), out var header, out var problem));
        Assert.Null(header);
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void A_text_header_without_an_end_is_refused_at_the_limit()
    {
        var bytes = Encoding.ASCII.GetBytes("PROXY UNKNOWN " + new string('x', 200));
        Assert.Equal(ProxyHeaderStatus.NeedMore, ProxyHeaderParser.TryParse(bytes.AsSpan(0, ProxyHeaderParser.MaxTextBytes - 1), out _, out _));
        Assert.Equal(ProxyHeaderStatus.Malformed, ProxyHeaderParser.TryParse(bytes.AsSpan(0, ProxyHeaderParser.MaxTextBytes), out _, out _));
    }

    [Theory]
    [InlineData("192.0.2.7", "198.51.100.1", 0x11, 0)]
    [InlineData("2001:db8::7", "2001:db8::8", 0x21, 0)]
    [InlineData("2001:db8::7", "2001:db8::8", 0x21, 700)]
    public void A_binary_header_names_client_and_server_and_its_extensions_are_skipped(string source, string destination, int family, int extensions)
    {
        var bytes = Binary(0x21, (byte)family, [.. Addresses(source, destination, 40000, 443), .. new byte[extensions]]);
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeaderParser.TryParse([.. bytes, 1, 2, 3], out var header, out _));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(source), 40000), header!.Source);
        Assert.Equal(new IPEndPoint(IPAddress.Parse(destination), 443), header.Destination);
        Assert.Equal(bytes.Length, header.Length);
    }

    [Theory]
    [InlineData(0x20, 0x00, 0)] // LOCAL: the balancer's own check
    [InlineData(0x20, 0x11, 12)]
    [InlineData(0x21, 0x00, 7)] // UNSPEC
    [InlineData(0x21, 0x31, 216)] // a UNIX socket
    public void A_binary_header_may_name_nobody(int command, int family, int length)
    {
        var bytes = Binary((byte)command, (byte)family, new byte[length]);
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeaderParser.TryParse(bytes, out var header, out _));
        Assert.Null(header!.Source);
        Assert.Equal(bytes.Length, header.Length);
    }

    [Theory]
    [InlineData(0x11, 0x11, 12)] // version 1 in binary
    [InlineData(0x22, 0x11, 12)] // a command nobody knows
    [InlineData(0x21, 0x11, 11)] // addresses cut off
    [InlineData(0x21, 0x21, 35)]
    [InlineData(0x21, 0x41, 12)] // a family nobody knows
    [InlineData(0x21, 0x11, 5000)] // beyond the limit
    public void A_broken_binary_header_is_refused(int command, int family, int length)
    {
        Assert.Equal(
            ProxyHeaderStatus.Malformed,
            ProxyHeaderParser.TryParse(Binary((byte)command, (byte)family, new byte[length]), out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Every_true_prefix_asks_for_more()
    {
        foreach (var bytes in new[]
                 {
                     "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"u8.ToArray(),
                     Binary(0x21, 0x11, Addresses("192.0.2.7", "198.51.100.1", 1, 2)),
                 })
        {
            for (var length = 0; length < bytes.Length; length++)
                Assert.Equal(ProxyHeaderStatus.NeedMore, ProxyHeaderParser.TryParse(bytes.AsSpan(0, length), out _, out _));
        }
    }

    [Fact]
    public void Any_bytes_are_judged_without_an_exception_and_alike_however_they_arrive()
    {
        byte[][] heads = [[], [.. "PROXY "u8], [.. "PROXY TCP4 1.2.3.4 "u8], [.. Signature], [.. Signature, 0x21, 0x11, 0, 12]];
        var inputs = from head in Gen.Elements(heads) from tail in Gen.ArrayOf(Gen.Choose(0, 255)) select (byte[])[.. head, .. tail.Select(one => (byte)one)];
        Check.QuickThrowOnFailure(Prop.ForAll(inputs.ToArbitrary(), bytes =>
        {
            var whole = ProxyHeaderParser.TryParse(bytes, out var header, out var problem);
            if (whole == ProxyHeaderStatus.Complete && header!.Length > bytes.Length) return false;
            if (whole == ProxyHeaderStatus.Malformed == (problem.Length == 0)) return false;
            // A judgement that has been made stays when more arrives.
            for (var length = 0; length < bytes.Length; length++)
            {
                var part = ProxyHeaderParser.TryParse(bytes.AsSpan(0, length), out var early, out _);
                if (part != ProxyHeaderStatus.NeedMore && (part != whole || early != header)) return false;
            }

            return true;
        }));
    }

    private static byte[] Binary(byte command, byte family, byte[] rest) =>
        [.. Signature, command, family, (byte)(rest.Length >> 8), (byte)rest.Length, .. rest];

    private static byte[] Addresses(string source, string destination, ushort sourcePort, ushort destinationPort)
    {
        var ports = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(ports, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(ports.AsSpan(2), destinationPort);
        return [.. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes(), .. ports];
    }
}
