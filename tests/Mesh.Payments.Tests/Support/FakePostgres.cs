using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Mesh.Payments.Tests.Support;

/// <summary>Takes one connection with TLS, asks for a password in the clear, as RDS asks for IAM tokens, and refuses it.</summary>
internal sealed class FakePostgres : IDisposable
{
    private const int SslRequest = 80877103;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 certificate;

    /// <param name="host">What its certificate is for.</param>
    public FakePostgres(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        listener.Start();
        Password = Task.Run(ServeAsync);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string CertificatePem => certificate.ExportCertificatePem();

    /// <summary>What the client sent.</summary>
    public Task<string> Password { get; }

    public void Dispose()
    {
        listener.Dispose();
        certificate.Dispose();
    }

    private async Task<string> ServeAsync()
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            await using var plain = client.GetStream();
            if (BinaryPrimitives.ReadInt32BigEndian(await ReadStartAsync(plain)) != SslRequest) continue;
            await plain.WriteAsync("S"u8.ToArray());
            await using var tls = new SslStream(plain);
            await tls.AuthenticateAsServerAsync(certificate);
            await ReadStartAsync(tls);
            // AuthenticationCleartextPassword.
            await tls.WriteAsync(new byte[] { (byte)'R', 0, 0, 0, 8, 0, 0, 0, 3 });
            var type = new byte[1];
            await tls.ReadExactlyAsync(type);
            Assert.Equal((byte)'p', type[0]);
            var password = Encoding.UTF8.GetString(await ReadStartAsync(tls)).TrimEnd('\0');
            var error = Encoding.UTF8.GetBytes("SFATAL\0VFATAL\0C28000\0MPAM authentication failed\0\0");
            var message = new byte[5 + error.Length];
            message[0] = (byte)'E';
            BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + error.Length);
            error.CopyTo(message, 5);
            await tls.WriteAsync(message);
            return password;
        }
    }

    /// <summary>A message without its length.</summary>
    private static async Task<byte[]> ReadStartAsync(Stream stream)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await stream.ReadExactlyAsync(body);
        return body;
    }
}
