using System.Net.Security;

namespace Mesh.Bench.Gateway.Wire;

/// <summary>A ClientHello as mesh clients send it. Proxies that pass TLS on read nothing after it, so what follows need not be encrypted.</summary>
internal static class MeshHello
{
    public static async Task<byte[]> OfAsync(string serverName)
    {
        await using var recording = new RecordingStream();
        await using var tls = new SslStream(recording);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = serverName,
                ApplicationProtocols = [new SslApplicationProtocol("istio-h2"), new SslApplicationProtocol("istio"), SslApplicationProtocol.Http2],
            });
        }
        catch (IOException)
        {
            // Nobody answers: the first flight is all that is wanted.
        }

        return recording.Written.ToArray();
    }

    private sealed class RecordingStream : Stream
    {
        public MemoryStream Written { get; } = new();

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override void Write(byte[] buffer, int offset, int count) => Written.Write(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
