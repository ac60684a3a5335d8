using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Mesh.Tests.Shared.RealKube;

/// <summary>
/// etcd and kube-apiserver, laid out as envtest does: RBAC, no controllers, service accounts whose tokens it signs, and a certificate that it
/// makes for itself. Written for 1.31 to 1.34.
/// </summary>
internal sealed class RealApiServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly List<ServerProcess> processes = [];
    private readonly int port;
    private readonly string token;

    private RealApiServer(int port, string token, Uri store)
    {
        (this.port, this.token) = (port, token);
        Store = store;
    }

    /// <summary>etcd, where its JSON gateway is below <c>/v3/</c>.</summary>
    public Uri Store { get; }

    public int Port => port;

    /// <summary>Of an administrator.</summary>
    public string Kubeconfig => KubeconfigFor(port);

    /// <param name="assets">Folder with etcd and kube-apiserver.</param>
    /// <param name="folder">For data, certificates and tokens.</param>
    /// <exception cref="InvalidOperationException">One of them ended or did not get ready in time; its last output is told.</exception>
    public static async Task<RealApiServer> StartAsync(string assets, string folder, CancellationToken cancellation = default)
    {
        int client = FreePort.Next(), peer = FreePort.Next(), port = FreePort.Next();
        var store = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{client}"));
        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var tokens = Path.Combine(folder, "tokens.csv");
        var key = Path.Combine(folder, "service-accounts.pem");
        await File.WriteAllTextAsync(tokens, $"{token},kubernetes-admin,kubernetes-admin,\"system:masters\"\n", cancellation);
        using (var signer = RSA.Create(2048)) await File.WriteAllTextAsync(key, signer.ExportRSAPrivateKeyPem(), cancellation);
        var server = new RealApiServer(port, token, store);
        try
        {
            server.Start(assets, "etcd",
                "--data-dir", Path.Combine(folder, "etcd"),
                "--listen-client-urls", store.OriginalString, "--advertise-client-urls", store.OriginalString,
                "--listen-peer-urls", $"http://127.0.0.1:{peer}", "--unsafe-no-fsync");
            server.Start(assets, "kube-apiserver",
                "--etcd-servers", store.OriginalString, "--cert-dir", Path.Combine(folder, "certificates"),
                // Told, since it looks for the address of a default route otherwise, which a container may not have.
                "--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--secure-port", $"{port}",
                "--token-auth-file", tokens, "--authorization-mode", "RBAC",
                "--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", key,
                "--service-account-signing-key-file", key, "--service-cluster-ip-range", "10.0.0.0/24",
                "--disable-admission-plugins", "ServiceAccount", "--allow-privileged=true");
            await server.ReadyAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <param name="at">Port of 127.0.0.1 where it is reached, as that of something between.</param>
    /// <param name="bearer">Null: an administrator's.</param>
    public string KubeconfigFor(int at, string? bearer = null) => string.Create(CultureInfo.InvariantCulture, $$$"""
        apiVersion: v1
        kind: Config
        current-context: real
        clusters: [{name: real, cluster: {server: "https://127.0.0.1:{{{at}}}", insecure-skip-tls-verify: true}}]
        users: [{name: real, user: { token: "{{{bearer ?? token}}}" } }]
        contexts: [{name: real, context: {cluster: real, user: real}}]
        """);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.AsEnumerable().Reverse()) await process.DisposeAsync();
    }

    private void Start(string assets, string program, params string[] arguments) =>
        processes.Add(ServerProcess.Start(Path.Combine(assets, program), arguments));

    private async Task ReadyAsync(CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler();
        // It makes a certificate of its own, and readiness is all that is asked.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await IsReadyAsync(http, cancellation))
        {
            if (processes.Find(process => process.HasEnded) is { } ended)
            {
                await ended.AllSaidAsync(cancellation);
                throw new InvalidOperationException($"{ended.Name} ended. {Told()}");
            }

            if (limit.IsCancellationRequested) throw new InvalidOperationException($"kube-apiserver is not ready within {StartLimit}. {Told()}");
            await Task.Delay(Interval, cancellation);
        }
    }

    private string Told() => string.Join('\n', processes.Select(process => $"Last words of {process.Name}:\n{process.LastOutput}"));

    private async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"https://127.0.0.1:{port}/readyz"), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or SocketException or IOException
                                      || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
