using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>As much of a PostgreSQL server as psql needs to ask one question; the answer is always 42.</summary>
/// <remarks>Source: PostgreSQL documentation, "Frontend/Backend Protocol", version 3.0.</remarks>
internal sealed class TinyPostgres : IAsyncDisposable
{
    private const int SslRequest = 80877103;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public TinyPostgres()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(stop.Token);
            try
            {
                await AnswerAsync(client.GetStream());
            }
            catch (Exception error) when (error is IOException or EndOfStreamException)
            {
                // Gone without a word of farewell.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        // Before the first message of a type: either a wish for TLS, or who it is.
        while (BinaryPrimitives.ReadInt32BigEndian(await BodyAsync(stream)) == SslRequest) await stream.WriteAsync("N"u8.ToArray(), stop.Token);
        await SendAsync(stream, 'R', new byte[4]);
        await SendAsync(stream, 'S', "server_version\u0000\u0031\u0035.0\0"u8.ToArray());
        await SendAsync(stream, 'S', "client_encoding\0UTF8\0"u8.ToArray());
        await SendAsync(stream, 'Z', "I"u8.ToArray());
        var type = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(type, stop.Token);
            await BodyAsync(stream);
            if (type[0] != 'Q') return;
            // One column, of type text.
            await SendAsync(stream, 'T', [0, 1, .. "answer\0"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]);
            await SendAsync(stream, 'D', [0, 1, 0, 0, 0, 2, .. "42"u8]);
            await SendAsync(stream, 'C', "SELECT 1\0"u8.ToArray());
            await SendAsync(stream, 'Z', "I"u8.ToArray());
        }
    }

    private async Task<byte[]> BodyAsync(NetworkStream stream)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, stop.Token);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await stream.ReadExactlyAsync(body, stop.Token);
        return body;
    }

    private async Task SendAsync(NetworkStream stream, char type, byte[] body)
    {
        var message = new byte[body.Length + 5];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length + 4);
        body.CopyTo(message, 5);
        await stream.WriteAsync(message, stop.Token);
    }
}
