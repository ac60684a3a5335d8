using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Api;

public sealed class WatchTests
{
    [Fact]
    public async Task A_watch_sends_everything_after_its_revision_in_order()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("before"));
        var revision = api.Server.Revision;
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));

        using var watch = await api.WatchAsync($"{Samples.VirtualServices}?watch=true&resourceVersion={revision}");
        await api.OkAsync("PATCH", Samples.VirtualServices + "/a", """{"spec":{"hosts":["b"]}}""", "application/merge-patch+json");
        await api.OkAsync("DELETE", Samples.VirtualServices + "/a");

        Assert.Equal("ADDED a, MODIFIED a, DELETED a", await watch.TakeAsync(3));
    }

    [Fact]
    public async Task A_watch_from_nothing_begins_with_what_is_there()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));

        using var watch = await api.WatchAsync(Samples.VirtualServices + "?watch=true");

        Assert.Equal("ADDED a", await watch.NextAsync());
    }

    [Fact]
    public async Task A_watch_from_a_compacted_revision_says_so_in_its_first_event_and_ends()
    {
        await using var api = await TestApi.StartAsync();
        var revision = api.Server.Revision;
        api.Server.Faults.ExpireResourceVersions();

        using var watch = await api.WatchAsync($"{Samples.VirtualServices}?watch=true&resourceVersion={revision}");

        Assert.Equal("ERROR 410", await watch.NextAsync());
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task An_object_that_leaves_the_selection_is_deleted_for_the_watcher()
    {
        await using var api = await TestApi.StartAsync();
        using var watch = await api.WatchAsync($"{Samples.ConfigMaps}?watch=true&labelSelector=app&resourceVersion={api.Server.Revision}");

        await api.OkAsync("POST", Samples.ConfigMaps, Samples.ConfigMap("a", labels: "\"app\":\"x\""));
        await api.OkAsync("PATCH", Samples.ConfigMaps + "/a", """{"metadata":{"labels":null}}""", "application/merge-patch+json");
        await api.OkAsync("PATCH", Samples.ConfigMaps + "/a", """{"metadata":{"labels":{"app":"y"}}}""", "application/merge-patch+json");

        Assert.Equal("ADDED a, DELETED a, ADDED a", await watch.TakeAsync(3));
    }

    [Fact]
    public async Task Bookmarks_carry_the_newest_revision_although_nothing_of_the_kind_changed()
    {
        await using var api = await TestApi.StartAsync(new FakeKubeOptions { BookmarkInterval = TimeSpan.FromMilliseconds(30) });
        using var watch = await api.WatchAsync(
            $"{Samples.VirtualServices}?watch=true&allowWatchBookmarks=true&resourceVersion={api.Server.Revision}");
        await api.OkAsync("POST", Samples.ConfigMaps, Samples.ConfigMap("a"));
        var newest = api.Server.Revision;

        long seen;
        do
        {
            var mark = await watch.NextEventAsync();
            Assert.Equal("BOOKMARK", mark!["type"]!.GetValue<string>());
            Assert.Equal("VirtualService", mark["object"]!["kind"]!.GetValue<string>());
            seen = long.Parse(mark["object"]!["metadata"]!["resourceVersion"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);
        }
        while (seen < newest);

        Assert.Equal(newest, seen);
    }

    [Fact]
    public async Task A_streamed_list_ends_with_a_bookmark_that_says_so()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));

        using var watch = await api.WatchAsync(
            Samples.VirtualServices + "?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan");

        Assert.Equal("ADDED a", await watch.NextAsync());
        var end = await watch.NextEventAsync();
        Assert.Equal("true", end!["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>());
        await api.OkAsync("DELETE", Samples.VirtualServices + "/a");
        Assert.Equal("DELETED a", await watch.NextAsync());
    }

    [Fact]
    public async Task A_server_without_streamed_lists_refuses_them()
    {
        await using var api = await TestApi.StartAsync(new FakeKubeOptions { StreamingLists = false });

        var (code, status) = await api.GetAsync(
            Samples.VirtualServices + "?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan");

        Assert.Equal(422, code);
        Assert.Contains("WatchList", status!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_ends_in_good_order_after_the_time_it_asked_for()
    {
        await using var api = await TestApi.StartAsync();

        using var watch = await api.WatchAsync($"{Samples.VirtualServices}?watch=true&timeoutSeconds=1&resourceVersion={api.Server.Revision}");

        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task Removing_a_definition_removes_its_objects_and_ends_their_watches()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));
        var definition = api.Server.Get("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "virtualservices.networking.istio.io")!;
        using var watch = await api.WatchAsync($"{Samples.VirtualServices}?watch=true&resourceVersion={api.Server.Revision}");

        Assert.True(api.Server.Delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "virtualservices.networking.istio.io"));
        var missing = await api.GetAsync(Samples.VirtualServices);

        Assert.Equal("DELETED a, end", await watch.TakeAsync(2));
        Assert.Equal(404, missing.Code);
        api.Server.Apply(definition.ToJsonString());
        Assert.Empty((await api.OkAsync("GET", Samples.VirtualServices))["items"]!.AsArray());
    }
}
