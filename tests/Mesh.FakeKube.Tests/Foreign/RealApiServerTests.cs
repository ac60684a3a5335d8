using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Mesh.Tests.Shared.RealKube;

namespace Mesh.FakeKube.Tests.Foreign;

/// <summary>
/// How etcd and kube-apiserver are started, with two scripts in their place.
/// </summary>
public sealed partial class RealApiServerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fake-kube-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_servers_are_started_with_what_they_need_and_are_reached_by_the_kubeconfig()
    {
        var assets = StubAssets.Create(folder, Path.Combine(AppContext.BaseDirectory, "mesh-fake-kube"));

        await using var server = await RealApiServer.StartAsync(assets, folder, TestContext.Current.CancellationToken);

        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var http = new HttpClient(handler) { BaseAddress = new Uri(Address().Match(server.Kubeconfig).Groups[1].Value) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token().Match(server.Kubeconfig).Groups[1].Value);
        var spaces = await http.GetStringAsync(new Uri("/api/v1/namespaces", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("istio-system", spaces, StringComparison.Ordinal);
        var etcd = await File.ReadAllTextAsync(Path.Combine(assets, "etcd.arguments"), TestContext.Current.CancellationToken);
        var api = await File.ReadAllTextAsync(Path.Combine(assets, "kube-apiserver.arguments"), TestContext.Current.CancellationToken);
        // The one is told to serve where the other looks for it.
        Assert.Equal(Served().Match(etcd).Groups[1].Value, Asked().Match(api).Groups[1].Value);
        Assert.Contains("--authorization-mode RBAC", api, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_ends_is_told_with_its_last_words()
    {
        var assets = StubAssets.Create(folder, "unused");
        StubAssets.Script(assets, "kube-apiserver", "echo 'invalid flag' >&2; exit 3");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RealApiServer.StartAsync(assets, folder, TestContext.Current.CancellationToken));

        Assert.StartsWith("kube-apiserver ended.", error.Message, StringComparison.Ordinal);
        Assert.Contains("invalid flag", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_real_api_server_the_contract_tests_run_against_the_fake_alone()
    {
        var assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        Assert.SkipWhen(
            string.IsNullOrEmpty(assets), "the API server of these tests was the fake: KUBEBUILDER_ASSETS names no folder with etcd and kube-apiserver");

        Assert.All(["etcd", "kube-apiserver"], program => Assert.True(File.Exists(Path.Combine(assets!, program)), $"{program} is not in {assets}"));
    }

    [GeneratedRegex("server: \"([^\"]+)\"")]
    private static partial Regex Address();

    [GeneratedRegex("token: \"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("--listen-client-urls (\\S+)")]
    private static partial Regex Served();

    [GeneratedRegex("--etcd-servers (\\S+)")]
    private static partial Regex Asked();
}
