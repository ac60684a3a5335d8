using Mesh.Tests.Shared.Telemetry;

[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Mesh.LocalMesh.Tests;

/// <summary>One local mesh, started as <c>./mesh up</c> starts it, that the tests of its collection share. Tests put back what they break.</summary>
public sealed class MeshFixture : IAsyncLifetime
{
    private const string CollectorVariable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    internal Layout Layout { get; } = Layout.Find().WithState("test");
    internal RunningMesh Mesh { get; private set; } = null!;

    /// <summary>Where all processes report their traces.</summary>
    internal TraceCollector Traces { get; private set; } = null!;

    internal string EdgeRoot => Path.Combine(Layout.Edge, EdgeCertificate.RootFile);
    internal string Repository => Layout.Root;

    public async ValueTask InitializeAsync()
    {
        // What a run that was killed left behind would hold our ports.
        await RunningMesh.StopAsync(MeshProcess.Left(Layout));
        Traces = await TraceCollector.StartAsync(CancellationToken.None);
        Environment.SetEnvironmentVariable(CollectorVariable, $"http://127.0.0.1:{Traces.GrpcPort}");
        Environment.SetEnvironmentVariable("OTEL_BSP_SCHEDULE_DELAY", "500");
        Mesh = new RunningMesh(Layout, Topology.Loopback);
        await Mesh.StartAsync(CancellationToken.None);
    }

    /// <summary>A workload certificate signed with the key of the mesh CA, by openssl: nothing of ours takes part.</summary>
    internal async Task<(string Certificate, string Key)> IssueAsync(string space, string account)
    {
        Shell.Needs("openssl", "openssl");
        var folder = Directory.CreateTempSubdirectory("workload-").FullName;
        var key = Path.Combine(folder, "key.pem");
        var certificate = Path.Combine(folder, "cert.pem");
        var request = Path.Combine(folder, "request.pem");
        var extensions = Path.Combine(folder, "extensions.cnf");
        await File.WriteAllTextAsync(extensions, $"""
            basicConstraints=critical,CA:false
            keyUsage=critical,digitalSignature,keyEncipherment
            extendedKeyUsage=serverAuth,clientAuth
            subjectAltName=critical,URI:spiffe://cluster.local/ns/{space}/sa/{account}
            """);
        await Shell.RunAsync("openssl",
        [
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/",
            "-keyout", key, "-out", request,
        ]);
        var signed = await Shell.RunAsync("openssl",
        [
            "x509", "-req", "-in", request, "-days", "1", "-extfile", extensions, "-out", certificate,
            "-CA", Path.Combine(Layout.CertificateAuthority, "ca-cert.pem"),
            "-CAkey", Path.Combine(Layout.CertificateAuthority, "ca-key.pem"),
        ]);
        Assert.True(signed.ExitCode == 0, signed.Errors);
        return (certificate, key);
    }

    public async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        Environment.SetEnvironmentVariable(CollectorVariable, null);
        await Traces.DisposeAsync();
    }
}
