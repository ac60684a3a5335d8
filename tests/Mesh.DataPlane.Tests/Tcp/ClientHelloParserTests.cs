using System.Buffers;
using System.Net.Security;
using FsCheck;
using FsCheck.Fluent;
using Mesh.DataPlane.Tcp;

namespace Mesh.DataPlane.Tests.Tcp;

public sealed class ClientHelloParserTests
{
    private const string Sni = "outbound_.8080_._.payments.prod.svc.cluster.local";

    [Fact]
    public async Task A_real_hello_shows_its_server_name_and_protocols()
    {
        var bytes = await HelloAsync(Sni, "istio-h2", "istio", "h2");
        Assert.Equal(ClientHelloStatus.Complete, Parse(bytes, out var hello, out _));
        Assert.Equal(Sni, hello!.ServerName);
        Assert.Equal(["istio-h2", "istio", "h2"], hello.Alpn);
        Assert.True(hello.OffersMeshAlpn);
    }

    [Fact]
    public async Task A_hello_without_name_and_protocols_is_complete_but_not_mesh()
    {
        Assert.Equal(ClientHelloStatus.Complete, Parse(await HelloAsync(""), out var hello, out _));
        Assert.Null(hello!.ServerName);
        Assert.Empty(hello.Alpn);
        Assert.False(hello.OffersMeshAlpn);
    }

    [Theory]
    [InlineData("h2")]
    [InlineData("http/1.1")]
    [InlineData("istio-something")]
    public async Task Ordinary_protocols_are_not_mesh(string alpn)
    {
        Parse(await HelloAsync(Sni, alpn), out var hello, out _);
        Assert.False(hello!.OffersMeshAlpn);
    }

    [Fact]
    public async Task Every_true_prefix_asks_for_more()
    {
        var bytes = await HelloAsync(Sni, "istio");
        for (var length = 0; length < bytes.Length; length++)
            Assert.Equal(ClientHelloStatus.NeedMore, Parse(bytes[..length], out _, out _));
        // What follows the hello belongs to later messages.
        Assert.Equal(ClientHelloStatus.Complete, Parse([.. bytes, 1, 2, 3], out _, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task A_hello_spread_over_many_records_reads_the_same(int size)
    {
        var fragmented = Fragment(await HelloAsync(Sni, "istio", "h2"), size);
        Assert.Equal(ClientHelloStatus.Complete, Parse(fragmented, out var hello, out _));
        Assert.Equal(Sni, hello!.ServerName);
        Assert.Equal(["istio", "h2"], hello.Alpn);
        for (var length = 0; length < fragmented.Length; length += 13)
            Assert.Equal(ClientHelloStatus.NeedMore, Parse(fragmented[..length], out _, out _));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    public void Plain_text_is_recognised_at_its_first_byte(string text)
    {
        Assert.Equal(ClientHelloStatus.NotTls, Parse([(byte)text[0]], out _, out var problem));
        Assert.Equal("the connection does not begin with TLS", problem);
    }

    [Fact]
    public void An_endless_hello_is_refused_at_the_limit()
    {
        var header = new byte[] { 22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc };
        var bytes = new byte[ClientHelloParser.MaxBytes];
        header.CopyTo(bytes, 0);
        Assert.Equal(ClientHelloStatus.Malformed, Parse(bytes, out _, out var problem));
        Assert.Contains("longer than", problem, StringComparison.Ordinal);

        byte[] huge = [22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff];
        Assert.Equal(ClientHelloStatus.Malformed, Parse(huge, out _, out _));
    }

    [Fact]
    public async Task Any_changed_byte_is_answered_and_never_thrown()
    {
        var bytes = await HelloAsync(Sni, "istio", "h2");
        for (var i = 0; i < bytes.Length; i++)
        {
            foreach (byte value in new byte[] { 0, 1, 0x7f, 0xff })
            {
                var changed = (byte[])bytes.Clone();
                changed[i] = value;
                Check(changed);
            }
        }
    }

    [Fact]
    public void Any_bytes_are_answered_and_never_thrown() =>
        Prop.ForAll<byte[]>(tail =>
        {
            Check(tail);
            // Past the first gates, where the length fields are.
            Check([22, 3, 1, (byte)(tail.Length >> 8), (byte)tail.Length, .. tail]);
            Check([22, 3, 1, 1, 0, 1, 0, 0, (byte)tail.Length, .. tail]);
        }).QuickCheckThrowOnFailure();

    private static void Check(byte[] bytes)
    {
        var status = Parse(bytes, out var hello, out var problem);
        Assert.Equal(status == ClientHelloStatus.Complete, hello is not null);
        Assert.Equal(status is ClientHelloStatus.NotTls or ClientHelloStatus.Malformed, problem.Length > 0);
    }

    private static ClientHelloStatus Parse(byte[] bytes, out ClientHello? hello, out string problem)
    {
        // In segments, as pipes deliver them.
        var first = new Segment(bytes.AsMemory(0, bytes.Length / 2));
        var last = first.Append(bytes.AsMemory(bytes.Length / 2));
        return ClientHelloParser.TryParse(
            new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length), out hello, out problem);
    }

    private static byte[] Fragment(byte[] hello, int size)
    {
        var message = hello.AsSpan(5);
        var records = new List<byte>();
        while (!message.IsEmpty)
        {
            var count = Math.Min(size, message.Length);
            records.AddRange([22, 3, 1, (byte)(count >> 8), (byte)count]);
            records.AddRange(message[..count]);
            message = message[count..];
        }

        return [.. records];
    }

    /// <summary>The first flight of the platform's own TLS client.</summary>
    private static async Task<byte[]> HelloAsync(string sni, params string[] alpn)
    {
        using var capture = new CaptureStream();
        await using var tls = new SslStream(capture);
        var options = new SslClientAuthenticationOptions { TargetHost = sni };
        if (alpn.Length > 0) options.ApplicationProtocols = [.. alpn.Select(name => new SslApplicationProtocol(name))];
        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken));
        return capture.First;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }

    /// <summary>Takes what is written and answers every read with the end.</summary>
    private sealed class CaptureStream : MemoryStream
    {
        public byte[] First { get; private set; } = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (First.Length == 0) First = buffer.ToArray();
            return ValueTask.CompletedTask;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);
    }
}
