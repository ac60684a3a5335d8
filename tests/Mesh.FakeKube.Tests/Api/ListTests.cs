using System.Text.Json.Nodes;
using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Api;

public sealed class ListTests
{
    [Fact]
    public async Task Pages_of_one_list_are_of_one_revision_although_objects_change_meanwhile()
    {
        await using var api = await TestApi.StartAsync();
        foreach (var name in new[] { "a", "b", "c" }) await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService(name));

        var first = await api.OkAsync("GET", Samples.VirtualServices + "?limit=2");
        await api.OkAsync("DELETE", Samples.VirtualServices + "/c");
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("d"));
        var next = first["metadata"]!["continue"]!.GetValue<string>();
        var second = await api.OkAsync("GET", $"{Samples.VirtualServices}?limit=2&continue={Uri.EscapeDataString(next)}");

        Assert.Equal(["a", "b"], Names(first));
        Assert.Equal(1, first["metadata"]!["remainingItemCount"]!.GetValue<int>());
        Assert.Equal(["c"], Names(second));
        Assert.Equal(first["metadata"]!["resourceVersion"]!.GetValue<string>(), second["metadata"]!["resourceVersion"]!.GetValue<string>());
        Assert.Null(second["metadata"]!["continue"]);
    }

    [Fact]
    public async Task A_page_that_was_compacted_is_gone_and_says_how_to_go_on()
    {
        await using var api = await TestApi.StartAsync();
        foreach (var name in new[] { "a", "b" }) await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService(name));
        var first = await api.OkAsync("GET", Samples.VirtualServices + "?limit=1");
        api.Server.Faults.ExpireResourceVersions();

        var (code, status) = await api.GetAsync(Page(first));
        var inconsistent = await api.OkAsync("GET", Page(status!));

        Assert.Equal((410, "Expired"), (code, status!["reason"]!.GetValue<string>()));
        Assert.Equal(["b"], Names(inconsistent));

        static string Page(JsonNode of) =>
            $"{Samples.VirtualServices}?limit=1&continue={Uri.EscapeDataString(of["metadata"]!["continue"]!.GetValue<string>())}";
    }

    [Fact]
    public async Task Items_say_what_they_are_only_where_a_definition_made_their_kind()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));

        var builtIn = await api.OkAsync("GET", Samples.ConfigMaps);
        var custom = await api.OkAsync("GET", Samples.VirtualServices);

        Assert.Equal("ConfigMapList", builtIn["kind"]!.GetValue<string>());
        Assert.Null(builtIn["items"]![0]!["kind"]);
        Assert.Equal("VirtualService", custom["items"]![0]!["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task Every_version_of_a_kind_shows_the_same_objects()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));

        var old = await api.OkAsync("GET", Samples.VirtualServices.Replace("/v1/", "/v1alpha3/", StringComparison.Ordinal) + "/a");

        Assert.Equal("networking.istio.io/v1alpha3", old["apiVersion"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("labelSelector=app=x", "a")]
    [InlineData("labelSelector=app!=x", "b,c")]
    [InlineData("labelSelector=app in (x,y)", "a,b")]
    [InlineData("labelSelector=app", "a,b")]
    [InlineData("labelSelector=!app", "c")]
    [InlineData("labelSelector=app notin (x),app", "b")]
    [InlineData("fieldSelector=metadata.name=b", "b")]
    [InlineData("fieldSelector=metadata.name!=b,metadata.namespace=default", "a,c")]
    public async Task A_selector_chooses(string query, string expected)
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("DELETE", Samples.ConfigMaps);
        await api.OkAsync("POST", Samples.ConfigMaps, Samples.ConfigMap("a", labels: "\"app\":\"x\""));
        await api.OkAsync("POST", Samples.ConfigMaps, Samples.ConfigMap("b", labels: "\"app\":\"y\""));
        await api.OkAsync("POST", Samples.ConfigMaps, Samples.ConfigMap("c"));

        Assert.Equal(expected.Split(','), Names(await api.OkAsync("GET", $"{Samples.ConfigMaps}?{Uri.EscapeDataString(query).Replace("%3D", "=", StringComparison.Ordinal)}")));
    }

    [Theory]
    [InlineData("fieldSelector=data.key=a", 400)]
    [InlineData("resourceVersionMatch=Exact", 422)]
    [InlineData("resourceVersion=1000000&resourceVersionMatch=Exact", 504)]
    [InlineData("resourceVersion=x", 400)]
    [InlineData("continue=x", 400)]
    public async Task A_list_that_makes_no_sense_is_refused(string query, int expected)
    {
        await using var api = await TestApi.StartAsync();

        var (code, status) = await api.GetAsync($"{Samples.ConfigMaps}?{query}");

        Assert.Equal((expected, "Failure"), (code, status!["status"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_server_that_lags_shows_the_past_to_those_who_do_not_ask_for_the_newest()
    {
        await using var api = await TestApi.StartAsync();
        api.Server.Faults.LagBehind();
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));

        var cached = Names(await api.OkAsync("GET", Samples.VirtualServices + "?resourceVersion=0"));
        var newest = Names(await api.OkAsync("GET", Samples.VirtualServices));
        api.Server.Faults.CatchUp();
        var caughtUp = Names(await api.OkAsync("GET", Samples.VirtualServices + "?resourceVersion=0"));

        Assert.Empty(cached);
        Assert.Equal(["a"], newest);
        Assert.Equal(["a"], caughtUp);
    }

    private static IEnumerable<string> Names(JsonNode list) =>
        list["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>());
}
