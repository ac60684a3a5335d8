using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Serving;
using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Api;

public sealed class ControlTests
{
    [Fact]
    public async Task Cues_come_by_http_for_the_program()
    {
        var token = TestContext.Current.CancellationToken;
        await using var api = await TestApi.StartAsync();
        await using var control = await ControlServer.StartAsync(api.Server, new IPEndPoint(IPAddress.Loopback, 0), token);
        using var client = new HttpClient { BaseAddress = control.Url, Timeout = Wait.Limit };
        using var fault = new StringContent("""{"verb":"list","status":500,"times":1}""", Encoding.UTF8, "application/json");

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("fail", fault, token)).StatusCode);
        Assert.Equal(500, (await api.GetAsync(Samples.VirtualServices)).Code);
        Assert.Equal(200, (await api.GetAsync(Samples.VirtualServices)).Code);

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("break-connections", null, token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("nonsense", null, token)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("clock?seconds=x", null, token)).StatusCode);
        Assert.Equal(api.Server.Revision, (await client.GetFromJsonAsync<JsonNode>("", token))!["resourceVersion"]!.GetValue<long>());
    }
}
