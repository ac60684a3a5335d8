using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Bench.Gateway.Wire;

/// <summary>The process behind all proxies: small and large answers over h2c, small ones over TLS for those who call it directly, endless bytes.</summary>
internal static class Backend
{
    private const int Piece = 64 * 1024;

    /// <summary>Prints the ports, in the order of <see cref="BackendPorts"/>, and serves until standard input ends: never longer than who started it.</summary>
    public static async Task<int> RunAsync(string certificate, string key)
    {
        using var server = X509Certificate2.CreateFromPemFile(certificate, key);
        var tls = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(server, null, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        };
        var (small, large) = (GrpcBody.OfSize(GatewayCase.SmallBytes), GrpcBody.OfSize(GatewayCase.LargeBytes));
        int[] ports =
        [
            Listen(stream => Responder.ServeAsync(stream, small)),
            Listen(stream => Responder.ServeAsync(stream, large)),
            Listen(stream => ServeTlsAsync(stream, tls, small)),
            Listen(PourAsync),
        ];
        Console.WriteLine(string.Join(' ', ports));
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        return 0;
    }

    private static int Listen(Func<NetworkStream, Task> serve)
    {
        // All of 127.0.0.0/8, so that endpoints may have addresses of their own.
        var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start(backlog: 1024);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                socket.NoDelay = true;
                _ = serve(new NetworkStream(socket, ownsSocket: true));
            }
        });
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task ServeTlsAsync(NetworkStream stream, SslServerAuthenticationOptions options, byte[] body)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(options);
        await Responder.ServeAsync(tls, body);
    }

    private static async Task PourAsync(NetworkStream stream)
    {
        await using (stream)
        {
            try
            {
                var piece = new byte[Piece];
                // The ClientHello, which is all that is sent here.
                if (await stream.ReadAsync(piece) == 0) return;
                while (true) await stream.WriteAsync(piece);
            }
            catch (IOException)
            {
                // Enough.
            }
        }
    }
}
