using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Mesh.FakeKube.Tests.Support;

/// <summary>A watch, on a connection of its own.</summary>
internal sealed class WatchReader : IDisposable
{
    private readonly HttpClient client;
    private readonly HttpResponseMessage response;
    private readonly StreamReader reader;

    private WatchReader(HttpClient client, HttpResponseMessage response, Stream stream)
    {
        this.client = client;
        this.response = response;
        reader = new StreamReader(stream);
    }

    public static async Task<WatchReader> OpenAsync(FakeKubeServer server, string path)
    {
        var client = TestApi.NewClient(server);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.AdminToken);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)response.StatusCode);
        return new WatchReader(client, response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The next event as <c>ADDED name</c>; the code for an ERROR; null at the end.</summary>
    public async Task<string?> NextAsync()
    {
        var next = await NextEventAsync();
        if (next is null) return null;
        var detail = next["type"]!.GetValue<string>() == "ERROR" ? next["object"]!["code"]!.ToJsonString() : next["object"]!["metadata"]!["name"]?.GetValue<string>();
        return $"{next["type"]!.GetValue<string>()} {detail}".TrimEnd();
    }

    /// <summary>The next so many events; <c>end</c> for the end.</summary>
    public async Task<string> TakeAsync(int count)
    {
        var events = new List<string>();
        while (events.Count < count) events.Add(await NextAsync() ?? "end");
        return string.Join(", ", events);
    }

    public async Task<JsonNode?> NextEventAsync()
    {
        var line = await ReadAsync();
        return line is null ? null : JsonNode.Parse(line);
    }

    /// <summary>A line that nobody has asked for yet.</summary>
    public async Task<string?> ReadAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Wait.Limit);
        return await reader.ReadLineAsync(limit.Token);
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
        client.Dispose();
    }
}
