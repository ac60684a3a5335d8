using System.Collections.Concurrent;
using System.Net;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Remote;

namespace Mesh.LocalMesh.Tests.Kubernetes;

/// <summary>Credentials of a remote cluster change while clients call its workloads.</summary>
[Collection(KubernetesMeshCollection.Name)]
public sealed class RemoteSecretRotationTests(KubernetesMeshFixture fixture) : IAsyncDisposable
{
    private const string Host = "across.example.com";
    private const string SecretName = "istio-remote-secret-eks-b";
    private const int Clients = 4;
    private const int CallsPerPhase = 150;

    private readonly ConcurrentQueue<string> failures = new();
    private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
    private Task load = Task.CompletedTask;
    private int calls;
    private string token = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_remote_secret_is_rotated_and_made_anew_under_load_and_no_call_fails()
    {
        // A service that only eks-b has: every call goes there, by what the Secret in eks-a gives access to.
        fixture.ServerB.Apply(RemoteService);
        fixture.ServerA.Apply(RouteWithoutRetries);
        token = fixture.ServerB.AddUser("reader-0", ["system:masters"]);
        fixture.ServerA.Apply(Secret());
        using (var client = Edge.Client())
            await Eventually.Holds(async () => (await Edge.AskAsync(client, Host, "/v1/payments")).Status == HttpStatusCode.OK, "calls across clusters");

        load = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => CallAsync(stop.Token)));

        var first = NewToken("new-then-revoked");
        fixture.ServerA.Apply(Secret());
        Revoke(first);
        await SeesEksBAsync("new-then-revoked");

        var second = NewToken("revoked-then-new");
        Revoke(second);
        await CallsAsync(CallsPerPhase);
        fixture.ServerA.Apply(Secret());
        await SeesEksBAsync("revoked-then-new");

        // Made anew before the time has passed after which the cluster would be taken out, however slow this machine is.
        var third = NewToken("made-anew");
        fixture.ServerA.Delete("v1", "Secret", "istio-system", SecretName);
        await CallsAsync(Clients);
        Revoke(third);
        fixture.ServerA.Apply(Secret());
        await SeesEksBAsync("made-anew");

        await stop.CancelAsync();
        await load;
        Assert.True(failures.IsEmpty, $"{failures.Count} of {calls} calls failed: {string.Join("; ", failures.Take(5))}");
        Assert.True(calls >= 4 * CallsPerPhase, $"{calls} calls");
        TestContext.Current.TestOutputHelper?.WriteLine($"{calls} calls, 0 failed");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await load.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        fixture.ServerA.Delete("networking.istio.io/v1", "VirtualService", "prod", "across");
        foreach (var service in new[] { "across", "new-then-revoked", "revoked-then-new", "made-anew" })
            fixture.ServerB.Delete("v1", "Service", "prod", service);
        fixture.ServerB.Delete("discovery.k8s.io/v1", "EndpointSlice", "prod", "across");
        // With the token of now, whatever was revoked before the test ended.
        if (token.Length > 0) fixture.ServerA.Apply(Secret());
    }

    /// <returns>The token before, which is still good.</returns>
    private string NewToken(string reader)
    {
        var before = token;
        token = fixture.ServerB.AddUser(reader, ["system:masters"]);
        return before;
    }

    /// <summary>Watches that go on by the old token are ended as well, so that nothing is known but what was known.</summary>
    private void Revoke(string old)
    {
        fixture.ServerB.RevokeToken(old);
        fixture.ServerB.Faults.BreakConnections();
    }

    /// <summary>Waits until something new in eks-b has come to eks-a, which takes the token of now.</summary>
    private async Task SeesEksBAsync(string service)
    {
        await CallsAsync(CallsPerPhase);
        fixture.ServerB.Apply(Service(service));
        using var client = Edge.Client();
        await Eventually.Holds(
            async () => (await client.GetStringAsync(new Uri("http://127.0.0.1:15000/clusters"), Token)).Contains($"{service}.prod.svc", StringComparison.Ordinal),
            $"a new service of eks-b at gateway-a ({service})");
    }

    private async Task CallAsync(CancellationToken stopped)
    {
        using var client = Edge.Client();
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                var (status, body) = await Edge.AskAsync(client, Host, "/v1/payments");
                if (status != HttpStatusCode.OK) failures.Enqueue($"{(int)status} {body}");
            }
            catch (HttpRequestException error)
            {
                failures.Enqueue(error.Message);
            }

            Interlocked.Increment(ref calls);
        }
    }

    private async Task CallsAsync(int more)
    {
        var enough = Volatile.Read(ref calls) + more;
        await Eventually.Holds(() => Task.FromResult(Volatile.Read(ref calls) >= enough), $"{more} more calls");
    }

    private string Secret() => RemoteSecret.Write(
        MeshPlan.ClusterB, KubeconfigAccess.FromText(fixture.ServerB.Kubeconfig(token, MeshPlan.ClusterB), "test"), token);

    private const string RouteWithoutRetries = $$$$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: across, namespace: prod}
        spec:
          hosts: [{{{{Host}}}}]
          gateways: [istio-system/edge]
          http:
          - route: [{destination: {host: across.prod.svc.cluster.local, port: {number: 8080}}}]
            retries: {attempts: 0}
        """;

    private static string RemoteService { get; } = Service("across") + "\n---\n" + $$$$"""
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: across, namespace: prod, labels: {kubernetes.io/service-name: across}}
        addressType: IPv4
        ports: [{name: http, port: 15006, protocol: TCP}]
        endpoints:
        - addresses: ["{{{{Topology.Loopback.PaymentsB}}}}"]
          nodeName: node-b
          conditions: {ready: true}
          targetRef: {kind: Pod, name: payments-b, namespace: prod}
        """;

    private static string Service(string name) => $$$$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{{{name}}}}, namespace: prod}
        spec:
          selector: {app: payments}
          ports: [{name: http, port: 8080, targetPort: 8080}]
        """;
}
