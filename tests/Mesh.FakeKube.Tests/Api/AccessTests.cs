using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Api;

public sealed class AccessTests
{
    private const string Roles = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: reader}
        rules:
        - {apiGroups: [""], resources: [services], verbs: [get, list]}
        - {apiGroups: [""], resources: [secrets], resourceNames: [cert], verbs: [get, list, watch]}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: reader}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
        subjects:
        - {kind: User, name: jane}
        - {kind: ServiceAccount, name: default, namespace: default}
        """;

    [Fact]
    public async Task A_token_that_nobody_has_is_unauthorized()
    {
        await using var api = await TestApi.StartAsync();

        var (code, status) = await api.SendAsync("GET", Samples.Services, token: "nobody");

        Assert.Equal(401, code);
        Assert.Equal(
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}""",
            status!.ToJsonString());
    }

    [Fact]
    public async Task What_no_role_allows_is_forbidden_in_the_words_of_kubernetes()
    {
        await using var api = await TestApi.StartAsync();
        api.Server.Apply(Roles);
        var token = api.Server.AddUser("jane");

        var (code, status) = await api.SendAsync("POST", Samples.Services, Samples.Service("a", 80), token: token);

        Assert.Equal(403, code);
        Assert.Equal(
            "services is forbidden: User \"jane\" cannot create resource \"services\" in API group \"\" in the namespace \"default\"",
            status!["message"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("GET", Samples.Services, 200)]
    [InlineData("GET", "/api/v1/services", 200)]
    [InlineData("GET", "/api/v1/services?watch=true", 403)]
    [InlineData("GET", "/api/v1/namespaces/default/secrets", 403)]
    [InlineData("GET", "/api/v1/namespaces/default/secrets?fieldSelector=metadata.name%3Dcert", 200)]
    [InlineData("GET", "/api/v1/namespaces/default/secrets/other", 403)]
    [InlineData("GET", "/apis/networking.istio.io/v1/virtualservices", 403)]
    [InlineData("GET", "/apis/nobody.io/v1/things", 403)]
    [InlineData("GET", "/apis", 200)]
    [InlineData("GET", "/metrics", 403)]
    public async Task Roles_decide(string method, string path, int expected)
    {
        await using var api = await TestApi.StartAsync();
        api.Server.Apply(Roles);

        Assert.Equal(expected, (await api.SendAsync(method, path, token: api.Server.AddUser("jane"))).Code);
        Assert.Equal(expected, (await api.SendAsync(method, path, token: api.Server.ServiceAccountToken("default", "default"))).Code);
    }

    [Fact]
    public async Task A_requested_token_says_whose_it_is_for_whom_and_how_long()
    {
        await using var api = await TestApi.StartAsync();

        var answer = await api.OkAsync(
            "POST", "/api/v1/namespaces/default/serviceaccounts/default/token", """{"kind":"TokenRequest","spec":{"audiences":["istio-ca"],"expirationSeconds":900}}""");

        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(answer["status"]!["token"]!.GetValue<string>().Split('.')[1]))!;
        Assert.Equal("system:serviceaccount:default:default", claims["sub"]!.GetValue<string>());
        Assert.Equal("istio-ca", claims["aud"]![0]!.GetValue<string>());
        Assert.Equal(900, claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>());
        Assert.Equal("ES256", (await api.OkAsync("GET", "/openid/v1/jwks"))["keys"]![0]!["alg"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_token_runs_out_by_the_clock_of_the_cluster()
    {
        await using var api = await TestApi.StartAsync();
        api.Server.Apply(Roles);
        var token = api.Server.ServiceAccountToken("default", "default", TimeSpan.FromMinutes(10));

        var before = (await api.SendAsync("GET", Samples.Services, token: token)).Code;
        api.Server.Faults.ClockOffset = TimeSpan.FromMinutes(11);
        var after = (await api.SendAsync("GET", Samples.Services, token: token)).Code;

        Assert.Equal((200, 401), (before, after));
    }

    [Fact]
    public async Task A_token_for_others_opens_nothing_here()
    {
        await using var api = await TestApi.StartAsync();
        var answer = await api.OkAsync(
            "POST", "/api/v1/namespaces/default/serviceaccounts/default/token", """{"spec":{"audiences":["istio-ca"]}}""");

        Assert.Equal(401, (await api.SendAsync("GET", "/apis", token: answer["status"]!["token"]!.GetValue<string>())).Code);
    }

    [Fact]
    public async Task A_client_certificate_names_its_user_and_the_server_is_of_the_same_authority()
    {
        await using var api = await TestApi.StartAsync();
        api.Server.Apply(Roles);
        var (certificate, key) = api.Server.ClientCertificate("jane");
        using var pem = X509Certificate2.CreateFromPem(certificate, key);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificates = [pem];
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { X509Certificate2.CreateFromPem(api.Server.CaPem) },
        };
        using var client = new HttpClient(handler) { BaseAddress = api.Server.Url, Timeout = Wait.Limit };

        Assert.Equal(200, (int)(await client.GetAsync(Samples.Services, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(403, (int)(await client.GetAsync(Samples.ConfigMaps, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Requests_are_recorded_as_roles_see_them()
    {
        await using var api = await TestApi.StartAsync();
        await api.GetAsync("/api/v1/namespaces/default/secrets?fieldSelector=metadata.name%3Dcert");

        Assert.Contains(new RecordedRequest("list", "", "secrets", "default", "cert", "kubernetes-admin"), api.Server.Requests);
    }
}
