using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Foreign;

/// <summary>etcd and kube-apiserver, laid out as envtest does.</summary>
internal sealed class RealApiServer : IAsyncDisposable
{
    private readonly List<Process> processes = [];

    private RealApiServer(string kubeconfig) => Kubeconfig = kubeconfig;

    public string Kubeconfig { get; }

    /// <param name="assets">Folder with etcd and kube-apiserver.</param>
    /// <param name="folder">For data, certificates and tokens.</param>
    public static async Task<RealApiServer> StartAsync(string assets, string folder)
    {
        int client = FreePort.Next(), peer = FreePort.Next(), port = FreePort.Next();
        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var tokens = Path.Combine(folder, "tokens.csv");
        var key = Path.Combine(folder, "service-accounts.pem");
        await File.WriteAllTextAsync(tokens, $"{token},kubernetes-admin,kubernetes-admin,\"system:masters\"\n");
        using (var signer = RSA.Create(2048)) await File.WriteAllTextAsync(key, signer.ExportRSAPrivateKeyPem());
        var server = new RealApiServer(Config(port, token));
        server.Start(Path.Combine(assets, "etcd"),
            "--data-dir", Path.Combine(folder, "etcd"),
            "--listen-client-urls", $"http://127.0.0.1:{client}", "--advertise-client-urls", $"http://127.0.0.1:{client}",
            "--listen-peer-urls", $"http://127.0.0.1:{peer}", "--unsafe-no-fsync");
        server.Start(Path.Combine(assets, "kube-apiserver"),
            "--etcd-servers", $"http://127.0.0.1:{client}", "--cert-dir", Path.Combine(folder, "certificates"),
            "--bind-address", "127.0.0.1", "--secure-port", $"{port}", "--token-auth-file", tokens, "--authorization-mode", "RBAC",
            "--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", key,
            "--service-account-signing-key-file", key, "--service-cluster-ip-range", "10.0.0.0/24",
            "--disable-admission-plugins", "ServiceAccount");
        using var handler = new SocketsHttpHandler();
        // It makes a certificate of its own, and readiness is all that is asked.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var http = new HttpClient(handler);
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await Wait.UntilAsync(() => IsReady(http, port), "kube-apiserver is ready");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.AsEnumerable().Reverse())
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private static string Config(int port, string token) => $$$"""
        apiVersion: v1
        kind: Config
        current-context: real
        clusters: [{name: real, cluster: {server: "https://127.0.0.1:{{{port}}}", insecure-skip-tls-verify: true}}]
        users: [{name: real, user: { token: "{{{token}}}" } }]
        contexts: [{name: real, context: {cluster: real, user: real}}]
        """;

    private static bool IsReady(HttpClient http, int port)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{port}/readyz");
            return http.Send(request).IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or SocketException or TaskCanceledException)
        {
            return false;
        }
    }

    private void Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes.Add(process);
    }
}
