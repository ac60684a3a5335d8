using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Api;

public sealed class PatchTests
{
    private const string Service = Samples.Services + "/a";

    [Theory]
    [InlineData("""[{"op":"replace","path":"/spec/ports/0/port","value":81}]""", "81,90")]
    [InlineData("""[{"op":"remove","path":"/spec/ports/0"}]""", "90")]
    [InlineData("""[{"op":"test","path":"/spec/ports/1/port","value":90},{"op":"add","path":"/spec/ports/-","value":{"name":"c","port":95}}]""", "80,90,95")]
    [InlineData("""[{"op":"move","from":"/spec/ports/0","path":"/spec/ports/1"}]""", "90,80")]
    public async Task A_json_patch_goes_by_position(string patch, string expected) =>
        Assert.Equal(expected, await PatchedAsync(patch, "application/json-patch+json"));

    [Theory]
    [InlineData("""{"spec":{"ports":[{"port":95,"name":"c"}]}}""", "80,90,95")]
    [InlineData("""{"spec":{"ports":[{"port":90,"$patch":"delete"}]}}""", "80")]
    [InlineData("""{"spec":{"ports":[{"$patch":"replace"},{"port":95,"name":"c"}]}}""", "95")]
    [InlineData("""{"spec":{"$setElementOrder/ports":[{"port":90},{"port":80}]}}""", "90,80")]
    public async Task A_strategic_merge_patch_goes_by_key(string patch, string expected) =>
        Assert.Equal(expected, await PatchedAsync(patch, "application/strategic-merge-patch+json"));

    [Fact]
    public async Task A_merge_patch_replaces_lists() =>
        Assert.Equal("95", await PatchedAsync("""{"spec":{"ports":[{"port":95}]}}""", "application/merge-patch+json"));

    [Fact]
    public async Task A_json_patch_whose_test_fails_changes_nothing()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.Services, Samples.Service("a", 80));

        var (code, _) = await api.SendAsync(
            "PATCH", Service, """[{"op":"test","path":"/spec/ports/0/port","value":1},{"op":"remove","path":"/spec/ports"}]""", "application/json-patch+json");

        Assert.Equal(422, code);
        Assert.Single((await api.OkAsync("GET", Service))["spec"]!["ports"]!.AsArray());
    }

    [Fact]
    public async Task Kinds_of_definitions_know_no_strategic_merge_patch()
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.VirtualServices, Samples.VirtualService("a"));

        Assert.Equal(415, (await api.SendAsync("PATCH", Samples.VirtualServices + "/a", "{}", "application/strategic-merge-patch+json")).Code);
    }

    private static async Task<string> PatchedAsync(string patch, string type)
    {
        await using var api = await TestApi.StartAsync();
        await api.OkAsync("POST", Samples.Services, Samples.Service("a", 80, 90));
        var patched = await api.OkAsync("PATCH", Service, patch, type);
        return string.Join(',', patched["spec"]!["ports"]!.AsArray().Select(port => port!["port"]!.GetValue<int>()));
    }
}
