using System.Diagnostics;
using Mesh.FakeKube.Tests.Support;

namespace Mesh.FakeKube.Tests.Foreign;

public sealed class ProgramTests
{
    [Fact]
    public async Task The_program_loads_objects_writes_a_kubeconfig_and_ends_on_sigterm()
    {
        var folder = Directory.CreateTempSubdirectory("fake-kube-").FullName;
        var kubeconfig = Path.Combine(folder, "kubeconfig");
        var objects = Path.Combine(folder, "objects.yaml");
        await File.WriteAllTextAsync(objects, Samples.VirtualService("a") + "\n---\n" + Samples.ConfigMap("b"), TestContext.Current.CancellationToken);
        var program = Path.Combine(AppContext.BaseDirectory, "mesh-fake-kube");
        string[] arguments = ["--listen", "127.0.0.1:0", "--kubeconfig", kubeconfig, "--load", objects];
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(Wait.Limit);
            Assert.StartsWith("mesh-fake-kube: serving https://127.0.0.1:", await process.StandardOutput.ReadLineAsync(limit.Token), StringComparison.Ordinal);
            var kubectl = new Kubectl(kubeconfig, folder);
            await kubectl.NeededAsync();
            Assert.Equal("virtualservice.networking.istio.io/a", (await kubectl.RunAsync("get", "vs", "-o", "name")).Trim());

            using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await process.WaitForExitAsync(limit.Token);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            Directory.Delete(folder, recursive: true);
        }
    }
}
