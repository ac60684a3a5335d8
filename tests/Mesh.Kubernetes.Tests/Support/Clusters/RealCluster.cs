using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Objects;
using Mesh.Kubernetes.Access;
using Mesh.Tests.Shared.RealKube;

namespace Mesh.Kubernetes.Tests.Support.Clusters;

/// <summary>A test's view of kube-apiserver: what it sets up goes there directly, what is under test goes through a relay.</summary>
internal sealed class RealCluster : ITestCluster
{
    private readonly string _users = "users-" + Guid.NewGuid().ToString("N")[..8];
    private readonly RealApiServer _server;
    private readonly AdminApi _admin;
    private readonly TcpRelay _relay;

    public RealCluster(RealApiServer server)
    {
        _server = server;
        _admin = new AdminApi(KubeconfigAccess.FromText(server.Kubeconfig, "administrator"));
        _relay = new TcpRelay(server.Port);
    }

    public bool IsReal => true;

    public bool RefuseConnections
    {
        set => _relay.Refuse = value;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ClusterAccess Access(string? token = null) => KubeconfigAccess.FromText(_server.KubeconfigFor(_relay.Port, token), "test");

    public async Task ApplyAsync(string yaml)
    {
        foreach (var value in YamlJson.Read(yaml)) await ApplyAsync(value);
    }

    public Task<JsonNode?> FindAsync(string apiVersion, string kind, string space, string name) => _admin.FindAsync(apiVersion, kind, space, name, Token);

    public Task DeleteAsync(string apiVersion, string kind, string space, string name) => _admin.DeleteAsync(apiVersion, kind, space, name, Token);

    /// <remarks>A service account: its token can be made and revoked while the server runs, which those of the token file cannot.</remarks>
    public async Task<TestUser> AddUserAsync(string name, bool isAdministrator = false)
    {
        await ApplyAsync($$$"""{apiVersion: v1, kind: ServiceAccount, metadata: {name: {{{name}}}, namespace: {{{_users}}}}}""");
        if (isAdministrator)
        {
            await ApplyAsync($$$"""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: contract-administrator}
                rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: {{{_users}}}-{{{name}}}}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: contract-administrator}
                subjects: [{kind: ServiceAccount, name: {{{name}}}, namespace: {{{_users}}}}]
                """);
        }

        return new TestUser($"system:serviceaccount:{_users}:{name}", await AccountTokenAsync(_users, name));
    }

    public Task RevokeAsync(TestUser user) => DeleteAsync("v1", "ServiceAccount", _users, user.Name.Split(':')[^1]);

    public async Task<string> AccountTokenAsync(string space, string name)
    {
        var request = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            ["spec"] = new JsonObject { ["expirationSeconds"] = 3600 },
        };
        var answer = await _admin.SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{space}/serviceaccounts/{name}/token", request, Token);
        return Json.Text(answer, "status", "token") ?? throw new InvalidOperationException($"no token in {answer}");
    }

    public void BreakConnections() => _relay.Break();

    public void Silence() => _relay.Silence();

    public void EndWatches() => Assert.Skip("kube-apiserver ends watches when it likes, not on cue");

    /// <summary>By etcd's JSON gateway (etcd documentation, "Why gRPC gateway").</summary>
    public async Task ForgetHistoryAsync()
    {
        using var http = new HttpClient { BaseAddress = _server.Store };
        var status = await AskAsync("/v3/maintenance/status", []);
        await AskAsync("/v3/kv/compaction", new JsonObject { ["revision"] = Json.Text(status, "header", "revision"), ["physical"] = true });

        async Task<JsonNode?> AskAsync(string path, JsonObject question)
        {
            using var answer = await http.PostAsJsonAsync(new Uri(path, UriKind.Relative), question, Token);
            var text = await answer.Content.ReadAsStringAsync(Token);
            Assert.True(answer.IsSuccessStatusCode, $"etcd {path}: {(int)answer.StatusCode} {text}");
            return JsonNode.Parse(text);
        }
    }

    public async Task StopAsync() => await _relay.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        _admin.Dispose();
    }

    /// <summary>Istio's definitions, unless the server has them.</summary>
    public async Task DefineAsync(string? file)
    {
        if (file is { Length: > 0 }) await ApplyAsync(await File.ReadAllTextAsync(file, Token));
        await Eventually.HoldsAsync(
            () => _admin.ServesAsync("networking.istio.io/v1", "WorkloadEntry", Token),
            "networking.istio.io/v1 is served; ISTIO_CRDS must name the file of Istio's definitions (crd-all.gen.yaml)");
    }

    private async Task ApplyAsync(JsonObject value)
    {
        if (Metadata.Namespace(value) is { Length: > 0 } space && await FindAsync("v1", "Namespace", "", space) is null)
            await _admin.ApplyAsync(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = space } }, Token);
        await _admin.ApplyAsync(value, Token);
        if (Json.Text(value, "kind") is "RoleBinding" or "ClusterRoleBinding") await Eventually.HoldsAsync(() => IsBoundAsync(value), "the binding works");
    }

    /// <summary>Authorizers learn of bindings by watches: whether this one has come is asked for its first subject and rule.</summary>
    private async Task<bool> IsBoundAsync(JsonObject binding)
    {
        var subject = Json.Maps(binding, "subjects").First();
        var user = Json.Text(subject, "kind") == "ServiceAccount"
            ? $"system:serviceaccount:{Json.Text(subject, "namespace")}:{Json.Text(subject, "name")}"
            : Json.Text(subject, "name");
        var role = await FindAsync(
            "rbac.authorization.k8s.io/v1", Json.Text(binding, "roleRef", "kind")!, Metadata.Namespace(binding), Json.Text(binding, "roleRef", "name")!);
        var rule = Json.Maps(role, "rules").First();
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = user,
                ["resourceAttributes"] = new JsonObject
                {
                    ["verb"] = Json.Texts(rule, "verbs").First(),
                    ["group"] = Json.Texts(rule, "apiGroups").First(),
                    ["resource"] = Json.Texts(rule, "resources").First(),
                    ["namespace"] = Metadata.Namespace(binding),
                },
            },
        };
        return Json.True(await _admin.SendAsync(HttpMethod.Post, "/apis/authorization.k8s.io/v1/subjectaccessreviews", review, Token), "status", "allowed");
    }
}
