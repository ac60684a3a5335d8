using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Mesh.FakeKube.Tests.Foreign;

/// <summary>
/// How etcd and kube-apiserver are started, with two scripts in their place that take the same options; the second serves the fake where it is
/// told to.
/// </summary>
public sealed partial class RealApiServerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fake-kube-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_servers_are_started_with_what_they_need_and_are_reached_by_the_kubeconfig()
    {
        var assets = Directory.CreateDirectory(Path.Combine(folder, "assets")).FullName;
        Script(assets, "etcd", """
            echo "$@" >"$(dirname "$0")/etcd.arguments"
            exec sleep 600
            """);
        Script(assets, "kube-apiserver", $"""
            echo "$@" >"$(dirname "$0")/kube-apiserver.arguments"
            while [ $# -gt 1 ]; do
              case $1 in
                --secure-port) port=$2 ;;
                --bind-address) address=$2 ;;
                --token-auth-file) token=$(cut -d, -f1 "$2") ;;
              esac
              shift
            done
            exec '{Path.Combine(AppContext.BaseDirectory, "mesh-fake-kube")}' --listen "$address:$port" --token "$token"
            """);

        await using var server = await RealApiServer.StartAsync(assets, folder);

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
    public void Without_a_real_api_server_the_contract_tests_run_against_the_fake_alone()
    {
        var assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        Assert.SkipWhen(
            string.IsNullOrEmpty(assets), "the API server of these tests was the fake: KUBEBUILDER_ASSETS names no folder with etcd and kube-apiserver");

        Assert.All(["etcd", "kube-apiserver"], program => Assert.True(File.Exists(Path.Combine(assets!, program)), $"{program} is not in {assets}"));
    }

    private static void Script(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, "#!/bin/sh\n" + text.ReplaceLineEndings("\n") + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
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
