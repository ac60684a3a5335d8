using System.Text.Json.Nodes;
using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Api;

public sealed class ApplyTests
{
    private const string ConfigMap = Samples.ConfigMaps + "/a";

    [Fact]
    public async Task Applying_creates_and_takes_ownership()
    {
        await using var api = await TestApi.StartAsync();

        var (code, created) = await ApplyAsync(api, ConfigMap, Data("""{"x":"1"}"""), "agent");

        Assert.Equal(201, code);
        var owner = created!["metadata"]!["managedFields"]![0]!;
        Assert.Equal(("agent", "Apply"), (owner["manager"]!.GetValue<string>(), owner["operation"]!.GetValue<string>()));
        Assert.Equal("""{"f:data":{"f:x":{}}}""", owner["fieldsV1"]!.ToJsonString());
    }

    [Fact]
    public async Task A_map_that_was_applied_empty_takes_fields()
    {
        await using var api = await TestApi.StartAsync();
        await ApplyAsync(api, ConfigMap, Data("{}"), "agent");

        var (_, value) = await ApplyAsync(api, ConfigMap, Data("""{"x":"1"}"""), "agent");

        Assert.Equal("""{"x":"1"}""", value!["data"]!.ToJsonString());
    }

    [Fact]
    public async Task A_field_of_somebody_else_is_a_conflict_that_names_both_until_it_is_forced()
    {
        await using var api = await TestApi.StartAsync();
        await ApplyAsync(api, ConfigMap, Data("""{"x":"1"}"""), "agent");

        var (code, status) = await ApplyAsync(api, ConfigMap, Data("""{"x":"2"}"""), "other");
        var (forced, value) = await ApplyAsync(api, ConfigMap, Data("""{"x":"2"}"""), "other", "&force=true");

        Assert.Equal(409, code);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"agent\": .data.x", status!["message"]!.GetValue<string>());
        Assert.Equal("FieldManagerConflict", status["details"]!["causes"]![0]!["reason"]!.GetValue<string>());
        Assert.Equal((200, "2"), (forced, value!["data"]!["x"]!.GetValue<string>()));
        Assert.Single(value["metadata"]!["managedFields"]!.AsArray());
    }

    [Fact]
    public async Task The_same_value_is_owned_together_and_stays_while_one_owner_wants_it()
    {
        await using var api = await TestApi.StartAsync();
        await ApplyAsync(api, ConfigMap, Data("""{"x":"1","y":"1"}"""), "agent");
        await ApplyAsync(api, ConfigMap, Data("""{"x":"1"}"""), "other");

        var (_, value) = await ApplyAsync(api, ConfigMap, Data("""{"z":"1"}"""), "agent");

        Assert.Equal("""{"x":"1","z":"1"}""", value!["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Items_of_one_list_have_several_owners()
    {
        await using var api = await TestApi.StartAsync();
        await ApplyAsync(api, Samples.Services + "/a", Samples.Service("a", 80), "agent");
        await ApplyAsync(api, Samples.Services + "/a", Samples.Service("a", 90), "other");

        var (_, value) = await ApplyAsync(api, Samples.Services + "/a", Samples.Service("a", 85), "agent");

        Assert.Equal([90, 85], value!["spec"]!["ports"]!.AsArray().Select(port => port!["port"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Applying_the_same_again_changes_nothing()
    {
        await using var api = await TestApi.StartAsync();
        var (_, first) = await ApplyAsync(api, ConfigMap, Data("""{"x":"1"}"""), "agent");
        api.Server.Faults.ClockOffset = TimeSpan.FromHours(1);

        var (_, again) = await ApplyAsync(api, ConfigMap, Data("""{"x":"1"}"""), "agent");

        Assert.Equal(first!.ToJsonString(), again!.ToJsonString());
    }

    [Fact]
    public async Task Who_updates_a_field_takes_it_from_who_applied_it()
    {
        await using var api = await TestApi.StartAsync();
        await ApplyAsync(api, ConfigMap, Data("""{"x":"1"}"""), "agent");
        await api.OkAsync("PATCH", ConfigMap + "?fieldManager=editor", """{"data":{"x":"2"}}""", "application/merge-patch+json");

        var (code, status) = await ApplyAsync(api, ConfigMap, Data("""{"x":"1"}"""), "agent");

        Assert.Equal(409, code);
        Assert.Contains("conflict with \"editor\" using v1", status!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_is_applied_by_itself()
    {
        await using var api = await TestApi.StartAsync();
        const string Path = "/apis/networking.istio.io/v1/namespaces/default/workloadentries/a";
        await ApplyAsync(api, Path, """{"apiVersion":"networking.istio.io/v1","kind":"WorkloadEntry","metadata":{"name":"a"},"spec":{"address":"1.2.3.4"}}""", "agent");

        var (code, value) = await ApplyAsync(
            api, Path + "/status", """{"apiVersion":"networking.istio.io/v1","kind":"WorkloadEntry","metadata":{"name":"a"},"status":{"conditions":[{"type":"Healthy","status":"True"}]}}""", "agent");

        Assert.Equal(200, code);
        Assert.Equal("1.2.3.4", value!["spec"]!["address"]!.GetValue<string>());
        Assert.Equal(["", "status"], value["metadata"]!["managedFields"]!.AsArray()
            .Select(entry => entry!["subresource"]?.GetValue<string>() ?? "").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "", 422)]
    [InlineData("?fieldManager=x", ",\"managedFields\":[]", 400)]
    public async Task An_apply_must_say_who_and_not_what_is_owned(string query, string metadata, int expected)
    {
        await using var api = await TestApi.StartAsync();
        var body = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"{{{metadata}}}}}""";

        Assert.Equal(expected, (await api.SendAsync("PATCH", ConfigMap + query, body, "application/apply-patch+yaml")).Code);
    }

    private static string Data(string data) => $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{{{data}}}}""";

    private static Task<(int Code, JsonNode? Body)> ApplyAsync(TestApi api, string path, string body, string manager, string more = "") =>
        api.SendAsync("PATCH", $"{path}?fieldManager={manager}{more}", body, "application/apply-patch+yaml");
}
