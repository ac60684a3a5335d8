using Mesh.Config.Tests.Support;

namespace Mesh.Meshctl.Tests;

public sealed class SnapshotTests
{
    private static readonly string Corpus = Path.Combine(Golden.Folder, "Corpus");

    public static IEnumerable<TheoryDataRow<string, string, string>> Views =>
        from folder in Directory.GetDirectories(Corpus).Order(StringComparer.Ordinal)
        from line in File.ReadAllLines(Path.Combine(folder, "views.txt"))
        let blank = line.IndexOf(' ', StringComparison.Ordinal)
        select new TheoryDataRow<string, string, string>(Path.GetFileName(folder), line[..blank], line[(blank + 1)..]);

    [Theory]
    [MemberData(nameof(Views))]
    public async Task The_view_of_a_proxy_is_the_golden_one(string mesh, string name, string options)
    {
        var (exitCode, output, error) = await Meshctl.RunAsync(["snapshot", "-o", "yaml", .. options.Split(' '), .. Clusters(mesh)]);
        Assert.True(exitCode == 0, error);
        Golden.Check(Path.Combine(Corpus, mesh, "golden", $"{name}.yaml"), output);
    }

    [Theory]
    [InlineData("yaml")]
    [InlineData("json")]
    [InlineData("table")]
    public async Task The_order_of_files_changes_no_byte(string format)
    {
        var files = Clusters("two-networks").SelectMany(folder =>
            Directory.GetFiles(folder[..folder.LastIndexOf('@')]).Select(file => file + folder[folder.LastIndexOf('@')..])).ToArray();
        string[] options = ["snapshot", "-o", format, "--from", "eks-a", "-n", "prod"];
        var forwards = await Meshctl.RunAsync([.. options, .. files]);
        var backwards = await Meshctl.RunAsync([.. options, .. files.Reverse()]);
        var folders = await Meshctl.RunAsync([.. options, .. Clusters("two-networks")]);
        Assert.Equal(0, forwards.ExitCode);
        Assert.Contains("payments.prod.svc.cluster.local", forwards.Output, StringComparison.Ordinal);
        Assert.Equal(forwards.Output, backwards.Output);
        Assert.Equal(forwards.Output, folders.Output);
    }

    [Theory]
    [InlineData("bookinfo")]
    [InlineData("grpc-echo")]
    [InlineData("helloworld")]
    [InlineData("httpbin")]
    [InlineData("multicluster")]
    [InlineData("tcp-echo")]
    [InlineData("websockets")]
    public async Task Istios_samples_compile_to_the_golden_view(string sample)
    {
        var folder = Path.Combine(SharedCases.Folder("samples"), sample);
        foreach (var (name, options) in new[] { ("sidecar", Array.Empty<string>()), ("gateway", ["--type", "router", "--labels", "istio=ingressgateway"]) })
        {
            var (exitCode, output, error) = await Meshctl.RunAsync(["snapshot", "-o", "yaml", .. options, folder]);
            Assert.True(exitCode == 0, error);
            Golden.Check(Path.Combine(Golden.Folder, "Samples", $"{sample}-{name}.yaml"), output);
        }
    }

    private static string[] Clusters(string mesh) =>
    [
        .. Directory.GetDirectories(Path.Combine(Corpus, mesh)).Where(folder => Path.GetFileName(folder) != "golden")
            .Order(StringComparer.Ordinal).Select(folder => $"{folder}@{Path.GetFileName(folder)}"),
    ];
}
