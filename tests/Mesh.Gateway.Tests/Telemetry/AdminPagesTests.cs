using System.Net;
using System.Text.Json;
using Mesh.DataPlane.Tests.Support;
using Mesh.Gateway.Tests.Support;

namespace Mesh.Gateway.Tests.Telemetry;

/// <summary>What an operator on the machine sees and changes at the admin listener.</summary>
public sealed class AdminPagesTests : IAsyncLifetime
{
    private const string Cluster = "outbound|8080||" + MeshYamlText.Host;

    private readonly TestGateway gateway = new(new TestPki());
    private readonly HttpClient http = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        gateway.WriteConfig("gateways.yaml", MeshYamlText.Gateways(gateway));
        gateway.WriteConfig("routes.yaml", MeshYamlText.Routes("/"));
        gateway.WriteConfig("service.yaml", MeshYamlText.Service(9));
        await gateway.StartAsync();
        await gateway.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await gateway.DisposeAsync();
    }

    [Fact(Timeout = 240_000)]
    public async Task Clusters_are_shown_as_Envoy_shows_them()
    {
        var lines = (await GetAsync("/clusters")).Split('\n');
        Assert.Contains($"{Cluster}::observability_name::{Cluster}", lines);
        Assert.Contains($"{Cluster}::default_priority::max_connections::4294967295", lines);
        Assert.Contains($"{Cluster}::127.0.0.1:9::health_flags::healthy", lines);
        Assert.Contains($"{Cluster}::127.0.0.1:9::rq_active::0", lines);
        Assert.Contains($"{Cluster}::127.0.0.1:9::priority::0", lines);

        using var json = JsonDocument.Parse(await GetAsync("/clusters?format=json"));
        var status = json.RootElement.GetProperty("cluster_statuses").EnumerateArray().Single(cluster => cluster.GetProperty("name").GetString() == Cluster);
        var host = Assert.Single(status.GetProperty("host_statuses").EnumerateArray());
        Assert.Equal(9, host.GetProperty("address").GetProperty("socket_address").GetProperty("port_value").GetInt32());
        Assert.Equal("HEALTHY", host.GetProperty("health_status").GetProperty("eds_health_status").GetString());
    }

    [Fact(Timeout = 240_000)]
    public async Task The_configuration_is_shown_in_sections_and_no_key_is()
    {
        var text = await GetAsync("/config_dump");
        using var json = JsonDocument.Parse(text);
        var edge = json.RootElement.GetProperty("configs").EnumerateArray()
            .Where(config => !config.TryGetProperty("role", out var role) || role.GetString() == "Edge")
            .ToDictionary(config => config.GetProperty("section").GetString()!);
        Assert.Equal(["clusters", "listeners", "routes", "secrets"], edge.Keys.Order(StringComparer.Ordinal));
        Assert.Contains(
            edge["listeners"].GetProperty("listeners").EnumerateArray(), listener => listener.GetProperty("port").GetInt32() == gateway.HttpsPort);
        Assert.Contains("VirtualService prod/echo", edge["routes"].ToString(), StringComparison.Ordinal);
        Assert.Contains(Cluster, edge["clusters"].ToString(), StringComparison.Ordinal);
        var secrets = edge["secrets"].GetProperty("secrets").EnumerateArray().ToArray();
        Assert.Equal("spiffe://cluster.local/ns/istio-system/sa/gateway", secrets[0].GetProperty("identity").GetString());
        Assert.All(secrets.Where(secret => secret.TryGetProperty("private_key", out _)),
            secret => Assert.Equal("[redacted]", secret.GetProperty("private_key").GetString()));
        Assert.DoesNotContain("PRIVATE KEY", text, StringComparison.Ordinal);

        using var part = JsonDocument.Parse(await GetAsync("/config_dump?resource=secrets"));
        Assert.Equal("secrets", Assert.Single(part.RootElement.GetProperty("configs").EnumerateArray()).GetProperty("section").GetString());
    }

    [Fact(Timeout = 240_000)]
    public async Task Log_levels_change_while_the_gateway_runs()
    {
        Assert.Contains("(all others): none", await GetAsync("/logging"), StringComparison.Ordinal);
        using var debug = await http.PostAsync(Uri("/logging?level=debug"), null, Stop);
        Assert.Contains("(all others): debug", await debug.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var some = await http.PostAsync(Uri("/logging?level=error&paths=Mesh.Gateway:warning"), null, Stop);
        Assert.Contains("Mesh.Gateway: warning\n", await some.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var wrong = await http.PostAsync(Uri("/logging?level=loud"), null, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("(all others): error", await GetAsync("/logging"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task What_a_web_page_makes_a_browser_send_is_refused()
    {
        using var post = new HttpRequestMessage(HttpMethod.Post, Uri("/logging?level=trace"));
        post.Headers.Add("Origin", "https://evil.example");
        using var posted = await http.SendAsync(post, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, posted.StatusCode);
        using var rebound = new HttpRequestMessage(HttpMethod.Get, Uri("/config_dump"));
        rebound.Headers.Host = "evil.example";
        using var read = await http.SendAsync(rebound, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, read.StatusCode);
    }

    [Fact(Timeout = 240_000)]
    public async Task Pages_are_listed_and_only_changed_where_there_is_something_to_change()
    {
        var help = await GetAsync("/");
        foreach (var page in new[] { "/clusters", "/config_dump", "/healthz/ready", "/logging", "/ready", "/snapshot", "/stats/prometheus" })
            Assert.Contains(page, help, StringComparison.Ordinal);
        Assert.Equal("ready\n", await GetAsync("/ready"));
        using var post = await http.PostAsync(Uri("/clusters"), null, Stop);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using var missing = await http.GetAsync(Uri("/nothing"), Stop);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public void An_admin_listener_for_everybody_is_refused_before_anything_starts()
    {
        var error = new StringWriter();
        string[] args =
        [
            "--cluster", "c", "--source", "file:/tmp@c", "--identity", "files:/tmp", "--workload-address", "127.0.0.1", "--admin", "0.0.0.0:15000",
        ];
        Assert.False(new Mesh.Gateway.Configuration.GatewaySettingsReader().TryRead(
            args, new Dictionary<string, string>(), new StringWriter(), error, out _, out var exitCode));
        Assert.Equal(64, exitCode);
        Assert.Contains("give it a loopback address", error.ToString(), StringComparison.Ordinal);
    }

    private Uri Uri(string path) => new($"http://127.0.0.1:{gateway.AdminPort}{path}");

    private Task<string> GetAsync(string path) => http.GetStringAsync(Uri(path), Stop);
}
