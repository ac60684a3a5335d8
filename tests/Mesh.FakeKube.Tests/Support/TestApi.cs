using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Mesh.FakeKube.Tests.Support;

/// <summary>A fake cluster and a client that speaks to it without any help of a library.</summary>
internal sealed class TestApi : IAsyncDisposable
{
    private readonly HttpClient client;

    private TestApi(FakeKubeServer server)
    {
        Server = server;
        client = NewClient(server);
    }

    public FakeKubeServer Server { get; }

    public static async Task<TestApi> StartAsync(FakeKubeOptions? options = null) =>
        new(await FakeKubeServer.StartAsync(options, TestContext.Current.CancellationToken));

    /// <summary>A client that trusts the cluster's root and no other.</summary>
    public static HttpClient NewClient(FakeKubeServer server)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { X509Certificate2.CreateFromPem(server.CaPem) },
        };
        return new HttpClient(handler) { BaseAddress = server.Url, Timeout = Wait.Limit, DefaultRequestVersion = HttpVersion.Version20 };
    }

    /// <param name="type">Of the body; JSON when there is none.</param>
    /// <returns>The status and the body; null when that is no JSON.</returns>
    public async Task<(int Code, JsonNode? Body)> SendAsync(
        string method, string path, string? body = null, string? type = null, string? token = null)
    {
        using var response = await AnswerAsync(method, path, body, type, token);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var isJson = response.Content.Headers.ContentType?.MediaType?.Contains("json", StringComparison.Ordinal) == true;
        return ((int)response.StatusCode, isJson ? JsonNode.Parse(text) : null);
    }

    public async Task<HttpResponseMessage> AnswerAsync(
        string method, string path, string? body = null, string? type = null, string? token = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? Server.AdminToken);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, type ?? "application/json");
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Task<(int Code, JsonNode? Body)> GetAsync(string path) => SendAsync("GET", path);

    /// <summary>The body of an answer that must be a success.</summary>
    public async Task<JsonNode> OkAsync(string method, string path, string? body = null, string? type = null)
    {
        var (code, answer) = await SendAsync(method, path, body, type);
        Assert.True(code is 200 or 201, $"{method} {path}: {code} {answer?.ToJsonString()}");
        return answer!;
    }

    public Task<WatchReader> WatchAsync(string path) => WatchReader.OpenAsync(Server, path);

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Server.DisposeAsync();
    }
}
