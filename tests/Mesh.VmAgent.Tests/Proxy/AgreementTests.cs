using System.Net;
using Mesh.Config.Model;
using Mesh.Config.Policy;
using Mesh.Config.Sources;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>Whatever callers send, the agent decides as the library does that explains policies to people.</summary>
public sealed class AgreementTests(GuardedHttp guarded) : IClassFixture<GuardedHttp>
{
    private static readonly string[] Accounts = ["caller", "stranger", "admin"];
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE"];

    private static readonly string[] Pieces =
        ["open", "items", "7", "secret", "..", ".", "", "%6f", "%2e%2e", "%2F", "from-here", "from-afar", "sni", "port", "mesh-wide", "a%20b"];

    private static readonly string[] Hosts = ["admin.example", "ADMIN.example:1", "echo.prod.svc.cluster.local:9080", "other"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Random_requests_are_judged_as_the_library_judges_them()
    {
        var workload = guarded.Workload;
        await using var model = MeshModel.Start([new FolderSource(workload.Mesh.ConfigFolder, "c1")], cancellationToken: Token);
        var policy = (await model.WaitSyncedAsync(Token)).ViewFrom(workload.Settings.Scope).Policy;
        var clients = Accounts.ToDictionary(account => account, account => MeshCaller.Http(workload.Mesh, workload.Settings, account));
        var answers = new Dictionary<bool, int> { [true] = 0, [false] = 0 };

        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var (account, method, host) = (One(random, Accounts), One(random, Methods), One(random, Hosts));
            var path = "/" + string.Join('/', Enumerable.Range(0, random.Next(4)).Select(_ => One(random, Pieces)));
            var team = random.Next(2) == 0 ? One(random, ["red", "redwood", "blue"]) : null;
            var client = random.Next(2) == 0 ? $"198.51.100.{seed}, {One(random, ["203.0.113.7", "192.0.2.1", "nonsense"])}" : null;
            var uri = new Uri($"http://{AgentMesh.Host}:{AgentMesh.HttpPort}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            using var request = new HttpRequestMessage(new HttpMethod(method), uri);
            request.Headers.TryAddWithoutValidation("Host", host);
            if (team is not null) request.Headers.Add("x-team", team);
            if (client is not null) request.Headers.Add("x-forwarded-for", client);

            var expected = policy.Authorize(new PolicyRequest
            {
                PeerIdentity = $"spiffe://cluster.local/ns/prod/sa/{account}",
                SourceAddress = IPAddress.Loopback,
                RemoteAddress = client is not null && IPAddress.TryParse(client.Split(", ")[1], out var original) ? original : null,
                DestinationAddress = IPAddress.Loopback,
                DestinationPort = workload.Ports.Http,
                Sni = MeshCaller.Sni(AgentMesh.HttpPort),
                Method = method,
                Authority = host,
                Path = path,
                Header = name => name == "x-team" ? team : null,
            });
            using var response = await clients[account].SendAsync(request, Token);

            answers[expected.Allowed]++;
            Assert.True(
                response.StatusCode == (expected.Allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden),
                $"seed {seed}: {account} {method} {host}{path} got {response.StatusCode}, and the library says: {expected.Reason}");
        }

        Assert.True(answers[true] > 10 && answers[false] > 10, "both answers are among them");
        foreach (var client in clients.Values) client.Dispose();
    }

    private static string One(Random random, string[] among) => among[random.Next(among.Length)];
}
