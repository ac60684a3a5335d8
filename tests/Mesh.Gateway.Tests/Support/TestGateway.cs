using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Hosting;
using Mesh.Hosting.AccessLogs;
using Mesh.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Gateway.Tests.Support;

/// <summary>A whole gateway in this process: settings as an operator gives them, configuration from a folder, real ports.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("gateway-test-").FullName;
    private IHost? host;

    public TestGateway(TestPki pki)
    {
        Pki = pki;
        foreach (var folder in new[] { Config, Identity, Certificates }) Directory.CreateDirectory(folder);
        var (chain, key) = pki.WorkloadPem("gateway", "istio-system");
        File.WriteAllText(Path.Combine(Identity, "cert-chain.pem"), chain);
        File.WriteAllText(Path.Combine(Identity, "key.pem"), key);
        File.WriteAllText(Path.Combine(Identity, "root-cert.pem"), pki.RootPem);
        WriteServerCertificate("edge.example.com", "localhost");
    }

    public TestPki Pki { get; }

    /// <summary>False: the mesh configuration says what is logged.</summary>
    public bool LogsByOption { get; init; } = true;

    public int HttpPort { get; } = FreePort.Next();
    public int HttpsPort { get; } = FreePort.Next();
    /// <summary>Of a Gateway API Gateway.</summary>
    public int ApiPort { get; } = FreePort.Next();

    public int PassthroughPort { get; } = FreePort.Next();
    public int HealthPort { get; } = FreePort.Next();
    public int AdminPort { get; } = FreePort.Next();

    public string Config => Path.Combine(root, "config");

    public string Identity => Path.Combine(root, "identity");

    public string Certificates => Path.Combine(root, "certificates");

    public string AccessLogFile => Path.Combine(root, "access.log");

    public IReadiness Readiness => host!.Services.GetRequiredService<IReadiness>();

    public IReadOnlyList<AccessLogEntry> AccessLog
    {
        get
        {
            if (!File.Exists(AccessLogFile)) return [];
            using var file = new FileStream(AccessLogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            // The last line may be half written.
            var lines = reader.ReadToEnd().Split('\n')[..^1];
            return [.. lines.Select(line => AccessLogJson.Read(line)!)];
        }
    }

    public void WriteServerCertificate(params string[] hosts)
    {
        var (chain, key) = Pki.ServerPem(hosts);
        File.WriteAllText(Path.Combine(Certificates, "tls.crt"), chain);
        File.WriteAllText(Path.Combine(Certificates, "tls.key"), key);
    }

    public void WriteConfig(string name, string yaml)
    {
        // As every careful tool does: a reader never sees half a file.
        var temporary = Path.Combine(Config, "." + name);
        File.WriteAllText(temporary, yaml);
        File.Move(temporary, Path.Combine(Config, name), overwrite: true);
    }

    public async Task StartAsync(params string[] more)
    {
        string[] args =
        [
            "--name", "gateway-test", "--role", "edge", "--role", "east-west", "--cluster", "eks-a", "--network", "vpc-a",
            "--locality", "us-east-1/us-east-1a", "--source", $"file:{Config}@eks-a", "--identity", $"files:{Identity}",
            "--listen-address", "127.0.0.1", "--workload-address", "127.0.0.1", "--health-port", $"{HealthPort}",
            "--metrics-port", "0",
            "--admin", $"127.0.0.1:{AdminPort}", "--log-level", "none", .. LogsByOption ? ["--access-log", AccessLogFile] : Array.Empty<string>(), .. more,
        ];
        var error = new StringWriter();
        Assert.True(
            new GatewaySettingsReader().TryRead(args, new Dictionary<string, string>(), new StringWriter(), error, out var settings, out _),
            error.ToString());
        host = GatewayHost.Build(settings);
        await host.StartAsync(TestContext.Current.CancellationToken);
    }

    public async Task ReadyAsync()
    {
        try
        {
            await Poll.UntilAsync(() => Readiness.IsReady, "readiness");
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            Assert.Fail($"the gateway is not ready: {string.Join("; ", Readiness.Missing)}");
        }
    }

    /// <summary>As SIGTERM does.</summary>
    public Task StopAsync() => host!.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            using var now = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await host.StopAsync(now.Token);
            if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
            else host.Dispose();
        }

        Directory.Delete(root, recursive: true);
    }
}
