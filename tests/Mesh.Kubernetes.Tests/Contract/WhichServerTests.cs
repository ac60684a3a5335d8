using Mesh.Kubernetes.Tests.Support.Clusters;

namespace Mesh.Kubernetes.Tests.Contract;

/// <summary>The summary tells which API server it was.</summary>
public sealed class WhichServerTests(ClusterUnderTest clusters)
{
    [Fact]
    public async Task Without_a_real_api_server_the_contract_tests_run_against_the_fake_alone()
    {
        Assert.SkipWhen(
            ClusterUnderTest.Assets is null, "the API server of these tests was the fake: KUBEBUILDER_ASSETS names no folder with etcd and kube-apiserver");

        await using var cluster = await clusters.OpenAsync();
        Assert.True(cluster.IsReal);
    }
}
