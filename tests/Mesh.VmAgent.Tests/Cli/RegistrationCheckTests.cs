using Mesh.FakeKube;
using Mesh.Istiod.Ca;
using Mesh.Istiod.Protos.Xds;
using Mesh.Istiod.Tests.Xds;
using Mesh.VmAgent.Bootstrap;
using Mesh.VmAgent.Cli;
using Mesh.VmAgent.Tests.Bundle;

namespace Mesh.VmAgent.Tests.Cli;

/// <summary>A machine that istiod registers, because its bundle says so, and whose entry is read where everybody reads it.</summary>
public sealed class RegistrationCheckTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private CertificateAuthority authority = null!;
    private CaServer ca = null!;
    private FakeKubeServer kube = null!;
    private FakeIstiod istiod = null!;
    private int inboundPort;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        authority = await CertificateAuthorityFolder.LoadOrCreateAsync(folder["ca"], "cluster.local", new CaLimits(), TimeProvider.System, Token);
        ca = await RebootTests.StartCaAsync(authority, folder);
        kube = await FakeKubeServer.StartAsync(cancellation: Token);
        istiod = await FakeIstiod.StartAsync(authority, Token);
        inboundPort = FreePort.Next();
    }

    public async ValueTask DisposeAsync()
    {
        await istiod.DisposeAsync();
        await kube.DisposeAsync();
        await ca.DisposeAsync();
        authority.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task An_entry_that_is_as_the_machine_passes_and_what_differs_is_named_with_its_remedy()
    {
        kube.Apply(Group(inboundPort));
        await using var agent = await StartAsync();
        Assert.Contains("is not in kube:", (await CheckAsync()).Line, StringComparison.Ordinal);

        kube.Apply(Entry("127.0.0.1", "echo", inboundPort, "True"));
        var (exitCode, line) = await CheckAsync();
        Assert.StartsWith($"ok      registration  WorkloadEntry {agent.Status.Registration!.Entry} in kube:", line, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);

        kube.Apply(Entry("10.0.0.9", "other", 9080, "False"));
        line = (await CheckAsync()).Line;
        Assert.StartsWith("FAILED  registration", line, StringComparison.Ordinal);
        foreach (var difference in new[]
            {
                "address is 10.0.0.9, here 127.0.0.1", "label app is other, here echo", $"port http is 9080, and the agent answers on {inboundPort}",
                $"kubectl delete workloadentry {agent.Status.Registration.Entry.Split('/')[1]} -n prod",
            })
            Assert.Contains(difference, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ports_that_callers_would_dial_in_vain_are_named_before_anybody_calls()
    {
        kube.Apply(Group(9080));
        await using var agent = await StartAsync();

        var warning = agent.Status.Registration!.Warning!;
        Assert.Contains("the ports http=9080, and callers dial these", warning, StringComparison.Ordinal);
        Assert.Contains($"make them {inboundPort} in spec.template.ports", warning, StringComparison.Ordinal);
        Assert.Contains(warning, (await CheckAsync()).Line, StringComparison.Ordinal);
    }

    /// <summary>An agent with a bundle that says only the group, not how to register.</summary>
    private async Task<AgentHost> StartAsync()
    {
        SampleBundle.Write(folder["bundle"]);
        File.Copy(folder["ca/root-cert.pem"], folder["bundle/root-cert.pem"], overwrite: true);
        await File.WriteAllTextAsync(folder["bundle/istio-token"], "fresh-token\n", Token);
        await File.AppendAllTextAsync(folder["bundle/cluster.env"], $"CA_ADDR=istiod.istio-system.svc:{ca.EndPoint.Port}\n", Token);
        await File.WriteAllTextAsync(folder["kubeconfig"], kube.Kubeconfig(), Token);
        await File.WriteAllTextAsync(folder["bundle/agent.yaml"], $"""
            source: kube:{folder["kubeconfig"]}@c1
            discovery-address: 127.0.0.1:{istiod.EndPoint.Port}
            state: {folder["state"]}
            admin: 127.0.0.1:{FreePort.Next()}
            inbound-port: {inboundPort}
            health-port: {FreePort.Next()}
            metrics-port: 0
            log-level: none
            """, Token);
        var agent = AgentHost.Build(ReadSettings.From("/", new Dictionary<string, string>(), "--bundle", folder["bundle"]));
        await agent.StartAsync(Token);
        var stream = await istiod.AcceptAsync(Token);
        await stream.ReadAsync(DeltaDiscoveryRequest.Parser, Token);
        await stream.SendAsync(Listeners.Delta("nonce-1", "version-1", "0.0.0.0_9080"), Token);
        await Eventually.HoldsAsync(() => agent.Status.Registration?.State == "Registered", "registered by istiod");
        return agent;
    }

    /// <summary>The line of the registration with its hint.</summary>
    private async Task<(int ExitCode, string Line)> CheckAsync()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await AgentVerbs.RunAsync(["check", "--bundle", folder["bundle"]], output, error, Token);
        var lines = output.ToString();
        var start = lines.IndexOf("registration ", StringComparison.Ordinal);
        Assert.True(start > 0, lines + error);
        return (exitCode, lines[(start - "FAILED  ".Length)..lines.IndexOf("probe ", start, StringComparison.Ordinal)]);
    }

    private static string Group(int port) => $$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadGroup
        metadata: {name: echo, namespace: prod}
        spec:
          metadata:
            labels: {app: echo}
          template:
            serviceAccount: echo
            ports: {http: {{port}}}
        """;

    private static string Entry(string address, string app, int port, string healthy) => $$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata:
          name: echo-127.0.0.1-n1
          namespace: prod
          annotations: {istio.io/autoRegistrationGroup: echo}
        spec:
          address: {{address}}
          serviceAccount: echo
          network: n1
          locality: r1/z1
          labels: {app: {{app}}, topology.istio.io/locality: r1.z1}
          ports: {http: {{port}}}
        status:
          conditions:
          - {type: Healthy, status: "{{healthy}}"}
        """;
}
