using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>What the application behind hears about the client.</summary>
public sealed class ForwardedHeaderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory(Timeout = 240_000)]
    [InlineData(0, "203.0.113.9, 192.0.2.1", "127.0.0.1", "http")]
    [InlineData(1, "203.0.113.9, 192.0.2.1", "192.0.2.1", "https")]
    [InlineData(2, "203.0.113.9, 192.0.2.1", "203.0.113.9", "https")]
    [InlineData(3, "203.0.113.9, 192.0.2.1", "127.0.0.1", "https")]
    [InlineData(1, "not an address", "127.0.0.1", "https")]
    public async Task As_many_proxies_are_believed_as_there_are(int proxies, string forwardedFor, string client, string scheme)
    {
        await using var mesh = await EdgeMesh.StartAsync("--trusted-proxies", $"{proxies}");
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{mesh.Gateway.HttpPort}/");
        request.Headers.Add("x-forwarded-for", forwardedFor);
        request.Headers.Add("x-forwarded-proto", "https");
        using var response = await http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var seen = mesh.Web.Requests[^1];
        Assert.Equal($"{forwardedFor},127.0.0.1", seen["x-forwarded-for"].Replace(", 127", ",127", StringComparison.Ordinal));
        Assert.Equal(scheme, seen["x-forwarded-proto"]);
        var line = await mesh.LineAsync(line => line.ResponseCode == 200);
        Assert.Equal(client, IPEndPoint.Parse(line.DownstreamRemoteAddress!).Address.ToString());
    }

    [Theory(Timeout = 240_000)]
    [InlineData("SANITIZE", true, null)]
    [InlineData("SANITIZE_SET", false, null)]
    [InlineData("SANITIZE_SET", true, "Hash=")]
    [InlineData("FORWARD_ONLY", false, null)]
    [InlineData("FORWARD_ONLY", true, "By=somebody")]
    [InlineData("APPEND_FORWARD", true, "By=somebody,Hash=")]
    [InlineData("ALWAYS_FORWARD_ONLY", false, "By=somebody")]
    public async Task The_certificate_of_the_client_is_told_as_configured(string mode, bool shows, string? expected)
    {
        await using var mesh = await EdgeMesh.StartAsync("--forward-client-cert", mode);
        File.WriteAllText(Path.Combine(mesh.Gateway.Certificates, "ca.crt"), mesh.Pki.RootPem);
        mesh.Gateway.WriteConfig("gateways.yaml", mesh.Gateways().Replace("mode: SIMPLE", $"caCertificates: {mesh.Gateway.Certificates}/ca.crt, mode: OPTIONAL_MUTUAL", StringComparison.Ordinal));
        var (chain, key) = mesh.Pki.WorkloadPem("partner");
        using var leaf = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(chain, key);
        await DataPlane.Tests.Support.Poll.UntilAsync(() => AsksAsync(mesh).GetAwaiter().GetResult(), "the server to ask for certificates");
        using var http = new HttpClient(Handler(mesh, shows ? leaf : null));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://localhost:{mesh.Gateway.HttpsPort}/");
        request.Headers.TryAddWithoutValidation("x-forwarded-client-cert", "By=somebody");
        using var response = await http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var told = mesh.Web.Requests[^1].GetValueOrDefault("x-forwarded-client-cert");
        if (expected is null) Assert.Null(told);
        else Assert.StartsWith(expected, told, StringComparison.Ordinal);
        if (expected?.EndsWith("Hash=", StringComparison.Ordinal) != true) return;
        Assert.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(leaf.RawData)), told, StringComparison.Ordinal);
        Assert.EndsWith(";URI=spiffe://cluster.local/ns/prod/sa/partner", told, StringComparison.Ordinal);
        Assert.Contains("Cert=\"-----BEGIN%20CERTIFICATE-----%0A", told, StringComparison.Ordinal);
    }

    private static async Task<bool> AsksAsync(EdgeMesh mesh)
    {
        var asked = false;
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, mesh.Gateway.HttpsPort, Stop);
        await using var tls = new System.Net.Security.SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new System.Net.Security.SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                CertificateChainPolicy = mesh.Pki.ChainPolicy(),
                LocalCertificateSelectionCallback = (_, _, _, remote, issuers) =>
                {
                    asked |= remote is not null;
                    return null!;
                },
            },
            Stop);
        await tls.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), Stop);
        using var reader = new StreamReader(tls);
        await reader.ReadToEndAsync(Stop);
        return asked;
    }

    private static SocketsHttpHandler Handler(EdgeMesh mesh, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate) => new()
    {
        SslOptions = new System.Net.Security.SslClientAuthenticationOptions
        {
            CertificateChainPolicy = mesh.Pki.ChainPolicy(),
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
        },
    };
}
