using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Connections;

/// <summary>An edge whose HTTPS port has many servers: each test adds its own, with Secrets in the sources.</summary>
public sealed class TlsMesh : IAsyncLifetime
{
    private readonly List<string> servers = [];
    private readonly string folder = Directory.CreateTempSubdirectory("tls-test-").FullName;

    public EdgeMesh Edge { get; private set; } = null!;

    public TestPki Pki => Edge.Pki;

    public int Port => Edge.Gateway.HttpsPort;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Edge = await EdgeMesh.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Edge.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Adds a server for a host, with what its tls block says, and waits until it answers.</summary>
    /// <param name="subject">What it shows; null: its host.</param>
    public async Task AddServerAsync(string host, string tls, string? subject = null)
    {
        AddServer(host, tls);
        await ShowsAsync(host.Replace("*", "any", StringComparison.Ordinal), subject ?? host);
    }

    public void AddServer(string host, string tls)
    {
        servers.Add($$"""
              - port: {number: {{Port}}, name: https-{{servers.Count}}, protocol: HTTPS}
                hosts: ["{{host}}"]
                tls: { {{tls}} }
            """);
        Edge.Gateway.WriteConfig("gateways.yaml", Edge.Gateways(string.Join("\n", servers)));
    }

    public void WriteSecret(string name, params (string Key, string Text)[] content) => Edge.Gateway.WriteConfig($"secret-{name}.yaml", $$"""
        apiVersion: v1
        kind: Secret
        metadata: {name: {{name}}, namespace: istio-system}
        type: {{(content.Any(entry => entry.Key == "tls.crt") ? "kubernetes.io/tls" : "Opaque")}}
        data:
        {{string.Join("\n", content.Select(entry => $"  {entry.Key}: {Convert.ToBase64String(Encoding.UTF8.GetBytes(entry.Text))}"))}}
        """);

    /// <summary>A Secret of type kubernetes.io/tls with a new certificate.</summary>
    public void WriteSecret(string name, string subject, params (string Key, string Text)[] more)
    {
        var (chain, key) = Pki.ServerPem(subject);
        WriteSecret(name, [("tls.crt", chain), ("tls.key", key), .. more]);
    }

    /// <summary>Waits until a client that asks for a name gets a certificate of a subject.</summary>
    public Task ShowsAsync(string serverName, string subject) => Poll.UntilAsync(
        () => SubjectAsync(serverName).GetAwaiter().GetResult().Contains($"CN={subject}", StringComparison.Ordinal), $"{serverName} to show {subject}");

    /// <summary>Of the certificate that is served for a name, without a client certificate; empty where there is none.</summary>
    public async Task<string> SubjectAsync(string serverName, int? port = null)
    {
        var subject = "";
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, port ?? Port, Stop);
            await using var tls = new SslStream(socket.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = serverName,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    {
                        subject = certificate?.Subject ?? "";
                        return certificate is not null;
                    },
                },
                Stop);
        }
        catch (Exception error) when (error is IOException or AuthenticationException or SocketException)
        {
            // The server wants to know more of its client; its certificate was seen all the same.
        }

        return subject;
    }

    /// <summary>Asks with curl.</summary>
    /// <returns>The status; 0 where the connection was refused.</returns>
    public async Task<int> CurlAsync(string host, (string Chain, string Key)? client = null, params string[] more)
    {
        var curl = ForeignProgram.Needs("curl", "curl");
        var files = Path.Combine(folder, Guid.NewGuid().ToString());
        await File.WriteAllTextAsync(files + ".root", Pki.RootPem, Stop);
        string[] arguments = ["-sS", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", files + ".root", "--resolve", $"{host}:{Port}:127.0.0.1", .. more];
        if (client is var (chain, key))
        {
            await File.WriteAllTextAsync(files + ".crt", chain, Stop);
            await File.WriteAllTextAsync(files + ".key", key, Stop);
            arguments = [.. arguments, "--cert", files + ".crt", "--key", files + ".key"];
        }

        var (_, output, _) = await ForeignProgram.RunAsync(curl, [.. arguments, $"https://{host}:{Port}/"]);
        return int.Parse(output, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>What openssl's client prints.</summary>
    public async Task<string> OpenSslAsync(string arguments)
    {
        var openssl = ForeignProgram.Needs("openssl", "openssl");
        var (_, output, error) = await ForeignProgram.RunAsync("sh", "-c", $"{openssl} s_client -connect 127.0.0.1:{Port} {arguments} </dev/null");
        return output + error;
    }

    /// <summary>A file with some text.</summary>
    public string FileWith(string text)
    {
        var file = Path.Combine(folder, Guid.NewGuid().ToString());
        File.WriteAllText(file, text);
        return file;
    }
}
