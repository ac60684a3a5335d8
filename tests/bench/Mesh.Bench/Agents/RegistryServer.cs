using System.Net;
using Mesh.FakeKube;
using Mesh.Istiod.Ca;

namespace Mesh.Bench.Agents;

/// <summary>The process that many machines register with: the API server of the tests, or the stand-in for istiod.</summary>
internal static class RegistryServer
{
    public const string Option = "--registry-server";

    /// <summary>Prints <c>ready</c>, then answers every line with how many machines are registered, until standard input ends.</summary>
    /// <param name="arguments">The way; the folder of the rig.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (way, folder) = (Enum.Parse<RegistrationWay>(arguments[0]), arguments[1]);
        if (way == RegistrationWay.Istiod)
        {
            using var authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
                Path.Combine(folder, AgentRig.AuthorityFolder), "cluster.local", new CaLimits(), TimeProvider.System, CancellationToken.None);
            await using var istiod = await IstiodStandIn.StartAsync(authority, new IPEndPoint(IPAddress.Loopback, RigResources.RegistryPort));
            await ObeyAsync(() => istiod.Count);
            return 0;
        }

        await using var kube = await FakeKubeServer.StartAsync(new FakeKubeOptions { Listen = new IPEndPoint(IPAddress.Loopback, RigResources.RegistryPort) });
        kube.Apply(RigResources.Yaml);
        await File.WriteAllTextAsync(Path.Combine(folder, RegistryProcess.Kubeconfig), kube.Kubeconfig());
        await ObeyAsync(() => kube.List("networking.istio.io/v1", "WorkloadEntry", RigResources.Namespace).Count(AgentRig.IsHealthy));
        return 0;
    }

    private static async Task ObeyAsync(Func<int> count)
    {
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null) Console.WriteLine(count());
    }
}
