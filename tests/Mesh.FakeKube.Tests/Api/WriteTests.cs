using System.Text.Json.Nodes;
using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Api;

public sealed class WriteTests
{
    private const string Merge = "application/merge-patch+json";
    private const string VirtualService = Samples.VirtualServices + "/a";

    [Fact]
    public async Task Who_writes_an_old_version_is_told_to_read_again()
    {
        await using var api = await TestApi.StartAsync();
        var old = await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));
        await api.OkAsync("PATCH", VirtualService, """{"spec":{"hosts":["b"]}}""", Merge);

        var (code, status) = await api.SendAsync("PUT", VirtualService, old.ToJsonString());

        Assert.Equal(409, code);
        Assert.Equal(
            "Operation cannot be fulfilled on virtualservices.networking.istio.io \"a\": the object has been modified; please apply your changes to the latest version and try again",
            status!["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_generation_counts_changes_of_the_wish_alone()
    {
        await using var api = await TestApi.StartAsync();
        var created = await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));
        var labelled = await api.OkAsync("PATCH", VirtualService, """{"metadata":{"labels":{"x":"y"}}}""", Merge);
        var judged = await api.OkAsync("PATCH", VirtualService + "/status", """{"status":{"x":1}}""", Merge);
        var changed = await api.OkAsync("PATCH", VirtualService, """{"spec":{"hosts":["b"]}}""", Merge);

        Assert.Equal([1, 1, 1, 2], new[] { created, labelled, judged, changed }.Select(Generation));
    }

    [Fact]
    public async Task Wish_and_status_are_written_apart()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));

        await api.OkAsync("PATCH", VirtualService, """{"status":{"by":"wish"},"spec":{"hosts":["b"]}}""", Merge);
        var value = await api.OkAsync("PATCH", VirtualService + "/status", """{"status":{"by":"status"},"spec":{"hosts":["c"]}}""", Merge);

        Assert.Equal("status", value["status"]!["by"]!.GetValue<string>());
        Assert.Equal("b", value["spec"]!["hosts"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task A_finalizer_holds_an_object_until_it_is_taken_off()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a", metadata: ",\"finalizers\":[\"x.io/y\"]"));
        using var watch = await api.WatchAsync($"{Samples.VirtualServices}?watch=true&resourceVersion={api.Server.Revision}");

        var terminating = await api.OkAsync("DELETE", VirtualService);
        await api.OkAsync("PATCH", VirtualService, """{"metadata":{"finalizers":null}}""", Merge);

        Assert.NotNull(terminating["metadata"]!["deletionTimestamp"]);
        Assert.Equal("MODIFIED a", await watch.NextAsync());
        Assert.Equal("MODIFIED a", await watch.NextAsync());
        Assert.Equal("DELETED a", await watch.NextAsync());
        Assert.Equal(404, (await api.GetAsync(VirtualService)).Code);
    }

    [Fact]
    public async Task A_generated_name_begins_as_asked()
    {
        await using var api = await TestApi.StartAsync();

        var created = await api.OkAsync("POST", Samples.ConfigMaps, """{"metadata":{"generateName":"a-"}}""");

        Assert.Matches("^a-[a-z0-9]{5}$", created["metadata"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_dry_run_leaves_no_trace()
    {
        await using var api = await TestApi.StartAsync();
        var before = api.Server.Revision;

        await api.OkAsync("POST", Samples.ConfigMaps + "?dryRun=All", Samples.ConfigMap("a"));

        Assert.Equal(before, api.Server.Revision);
        Assert.Equal(404, (await api.GetAsync(Samples.ConfigMaps + "/a")).Code);
    }

    [Fact]
    public async Task Writing_what_is_there_changes_nothing()
    {
        await using var api = await TestApi.StartAsync();
        var created = await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));

        var again = await api.OkAsync("PUT", VirtualService, created.ToJsonString());

        Assert.Equal(created["metadata"]!["resourceVersion"]!.GetValue<string>(), again["metadata"]!["resourceVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_deletion_can_insist_on_one_object()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.ConfigMaps, Samples.ConfigMap("a"));

        var (code, _) = await api.SendAsync("DELETE", Samples.ConfigMaps + "/a", """{"preconditions":{"uid":"another"}}""");

        Assert.Equal(409, code);
        await api.OkAsync("GET", Samples.ConfigMaps + "/a");
    }

    [Fact]
    public async Task A_collection_is_deleted_by_selector()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.ConfigMaps, Samples.ConfigMap("a", labels: "\"app\":\"x\""));
        await api.OkAsync("POST", Samples.ConfigMaps, Samples.ConfigMap("b"));

        await api.OkAsync("DELETE", Samples.ConfigMaps + "?labelSelector=app");

        Assert.Equal((404, 200), ((await api.GetAsync(Samples.ConfigMaps + "/a")).Code, (await api.GetAsync(Samples.ConfigMaps + "/b")).Code));
    }

    [Fact]
    public async Task A_namespace_takes_its_content_along()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", "/api/v1/namespaces", """{"metadata":{"name":"x"}}""");
        await api.OkAsync("POST", "/api/v1/namespaces/x/configmaps", Samples.ConfigMap("a"));

        await api.OkAsync("DELETE", "/api/v1/namespaces/x");

        Assert.Equal(404, (await api.GetAsync("/api/v1/namespaces/x")).Code);
        Assert.Equal(404, (await api.GetAsync("/api/v1/namespaces/x/configmaps/a")).Code);
    }

    [Theory]
    [InlineData(Samples.ConfigMaps, """{"metadata":{"name":"Upper"}}""", 422)]
    [InlineData(Samples.ConfigMaps, """{"metadata":{}}""", 422)]
    [InlineData(Samples.ConfigMaps, """{"kind":"Secret","metadata":{"name":"a"}}""", 400)]
    [InlineData(Samples.ConfigMaps, """{"metadata":{"name":"a","namespace":"other"}}""", 400)]
    [InlineData(Samples.ConfigMaps + "?fieldValidation=Strict", """{"metadata":{"name":"a"},"dat":{}}""", 400)]
    [InlineData(Samples.ConfigMaps, "{", 400)]
    [InlineData(Samples.Services, """{"metadata":{"name":"a"},"spec":{}}""", 422)]
    [InlineData("/api/v1/namespaces/missing/configmaps", """{"metadata":{"name":"a"}}""", 404)]
    [InlineData("/apis/nobody.io/v1/namespaces/default/things", """{"metadata":{"name":"a"}}""", 404)]
    public async Task A_wrong_object_is_refused(string path, string body, int expected)
    {
        await using var api = await TestApi.StartAsync();

        Assert.Equal(expected, (await api.SendAsync("POST", path, body)).Code);
    }

    [Fact]
    public async Task Protobuf_of_other_kinds_is_refused_so_that_clients_take_json()
    {
        await using var api = await TestApi.StartAsync();

        Assert.Equal(415, (await api.SendAsync("POST", Samples.Services, "k8s", "application/vnd.kubernetes.protobuf")).Code);
    }

    private static int Generation(JsonNode value) => value["metadata"]!["generation"]!.GetValue<int>();
}
