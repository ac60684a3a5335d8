using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Mesh.VmAgent.Tests.Proxy;

/// <summary>RequestAuthentication at the agent: tokens are judged, and told to policies and to the application.</summary>
public sealed class RequestTokenTests : IDisposable
{
    private readonly RSA rsa = RSA.Create(2048);
    private readonly ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Keys
    {
        get
        {
            var (parameters, curve) = (rsa.ExportParameters(false), ecdsa.ExportParameters(false));
            return $$"""
                {"keys":[
                {"kty":"RSA","kid":"r","n":"{{Encoded(parameters.Modulus!)}}","e":"{{Encoded(parameters.Exponent!)}}"},
                {"kty":"EC","kid":"e","crv":"P-256","x":"{{Encoded(curve.Q.X!)}}","y":"{{Encoded(curve.Q.Y!)}}"},
                {"kty":"oct","kid":"s","k":"c2VjcmV0"}]}
                """.Replace("\n", "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_valid_token_lets_in_by_its_claims_and_a_bad_one_is_401()
    {
        await using var workload = await GuardedWorkload.StartAsync(_ => Authentication($"jwks: '{Keys}'") + GuardedWorkload.Policy(
            "readers", """{rules: [{from: [{source: {requestPrincipals: ["https://issuer/*"]}}], when: [{key: "request.auth.claims[scope]", values: [read]}]}]}"""));
        const string good = """{"iss":"https://issuer","sub":"jo","scope":"read write"}""";
        var forged = Signed("RS256", "r", good);
        forged = forged[..forged.LastIndexOf('.')] + "." + Encoded(new byte[256]);

        Assert.Equal(HttpStatusCode.OK, await AskAsync(workload, Signed("RS256", "r", good)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(workload, Signed("PS256", "r", good)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(workload, Signed("ES256", "e", good)));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(workload, Signed("RS256", "r", good.Replace("read", "none", StringComparison.Ordinal))));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(workload, null));
        foreach (var bad in new[]
            {
                "no.token", "a.b.c", forged,
                Signed("RS256", "r", good, other: true),
                Signed("RS256", "r", good.Replace("issuer", "other", StringComparison.Ordinal)),
                Signed("RS256", "r", """{"iss":"https://issuer","sub":"jo","scope":"read","exp":1000000000}"""),
                Signed("ES256", "r", good),
                // Signed with the secret of a key that is none for tokens, or not at all.
                $"{Encoded("""{"alg":"none"}"""u8.ToArray())}.{Encoded(Encoding.UTF8.GetBytes(good))}.",
            })
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(workload, bad));
        var line = await workload.Mesh.LogLineAsync(workload.Settings, entry => entry.ResponseCode == 401, "the refusal");
        Assert.StartsWith("jwt_authn_access_denied{", line.ResponseCodeDetails, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_behind_a_uri_are_fetched_and_without_them_tokens_are_refused()
    {
        var isThere = false;
        await using var issuer = await TestServer.StartAsync(context =>
        {
            context.Response.StatusCode = Volatile.Read(ref isThere) ? 200 : 503;
            return context.Response.WriteAsync(Keys);
        });
        await using var workload = await GuardedWorkload.StartAsync(_ => Authentication($"jwksUri: '{issuer.Address}keys'"));
        var token = Signed("ES256", "e", """{"iss":"https://issuer","sub":"jo"}""");

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(workload, token));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(workload, null));
        Volatile.Write(ref isThere, true);

        await Eventually.HoldsAsync(async () => await AskAsync(workload, token) == HttpStatusCode.OK, "the keys are fetched");
    }

    public void Dispose()
    {
        rsa.Dispose();
        ecdsa.Dispose();
    }

    private static string Authentication(string keys) => $$"""
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata:
          name: jwt
          namespace: prod
        spec:
          jwtRules:
          - issuer: https://issuer
            {{keys}}
        ---

        """;

    private static async Task<HttpStatusCode> AskAsync(GuardedWorkload workload, string? token)
    {
        using var client = MeshCaller.Http(workload.Mesh, workload.Settings, "caller");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{AgentMesh.Host}:{AgentMesh.HttpPort}/");
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await client.SendAsync(request, Token);
        return response.StatusCode;
    }

    private string Signed(string algorithm, string key, string payload, bool other = false)
    {
        var signed = $"{Encoded(Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}","kid":"{{key}}"}"""))}.{Encoded(Encoding.UTF8.GetBytes(payload))}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        using var stranger = RSA.Create(2048);
        var signature = algorithm switch
        {
            "RS256" => (other ? stranger : rsa).SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "PS256" => rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => ecdsa.SignData(bytes, HashAlgorithmName.SHA256),
        };
        return $"{signed}.{Encoded(signature)}";
    }

    private static string Encoded(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
