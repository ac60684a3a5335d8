using System.Net;

namespace Mesh.VmAgent.Tests.Bundle;

/// <summary>Bundles as istioctl wrote them against a real cluster.</summary>
public sealed class RecordedBundleTests
{
    private const string Missing = "recorded bundles (../shared/cases) are not here";

    private static readonly Dictionary<string, string> None = [];

    private static readonly string Cases = Path.GetFullPath(Path.Combine(TestFolders.Repository, "../shared/cases"));

    [Theory]
    [InlineData("default", "eks-a", null, null, "198.51.100.10")]
    [InlineData("autoregister", "eks-a", "legacy-billing", null, "198.51.100.10")]
    [InlineData("autoregister-internal-ip", "eks-a", "legacy-billing", "172.31.9.17", "198.51.100.10")]
    [InlineData("capture-dns", "eks-a", "legacy-billing", null, "198.51.100.10")]
    [InlineData("no-capture-dns", "eks-a", "legacy-billing", null, "198.51.100.10")]
    [InlineData("external-ip", "eks-a", null, "192.0.2.77", "198.51.100.10")]
    [InlineData("ingress-ip", "eks-a", "legacy-billing", null, "198.51.100.200")]
    [InlineData("ingress-ip-is-a-hostname", "eks-a", "legacy-billing", null, "198.51.100.10")]
    [InlineData("gateway-hostname", "eks-a", "legacy-billing", null, null)]
    [InlineData("cluster-id", "other-cluster", "legacy-billing", null, "198.51.100.10")]
    public async Task A_recorded_bundle_gives_the_settings_it_was_made_for(
        string name, string cluster, string? group, string? address, string? istiod)
    {
        var folder = Path.Combine(Cases, "istiod/bundle", name);
        Assert.SkipUnless(Directory.Exists(folder), Missing);

        // A machine without a network has no address of its own to announce.
        string[] own = address is null ? ["--workload-address", "10.99.0.7"] : [];
        var settings = ReadSettings.From("/", None, ["--bundle", folder, "--source", "file:/x@eks-a", .. own]);

        Assert.Equal((cluster, "vpc-legacy", "prod", "legacy-billing", "cluster.local"),
            (settings.Cluster, settings.Network, settings.Namespace, settings.ServiceAccount, settings.TrustDomain));
        Assert.Equal(("legacy-billing", "v7"), (settings.Labels["app"], settings.Labels["version"]));
        Assert.Equal(group, settings.WorkloadGroup?.Name);
        if (address is not null) Assert.Equal(IPAddress.Parse(address), settings.WorkloadAddress);
        Assert.Equal(name == "external-ip", settings.AppAddress.Equals(IPAddress.Loopback));
        Assert.Equal(new DnsEndPoint("istiod.istio-system.svc", 15012), settings.Identity.Authority);
        Assert.Equal(new DnsEndPoint("istiod.istio-system.svc", 15012), settings.DiscoveryAddress);
        Assert.Equal((9080, "/healthz", 3, 2), (settings.Probe!.HttpGet!.Port, settings.Probe.HttpGet.Path, settings.Probe.FailureThreshold, settings.Probe.InitialDelaySeconds));
        Assert.Equal(istiod is not null, settings.HostsFile is not null);
        if (istiod is null) return;

        var resolve = VmAgent.Bundle.HostsFile.ResolverOf(settings.HostsFile, systemHosts: "/nonexistent")!;
        Assert.Equal(IPAddress.Parse(istiod), Assert.Single(await resolve("istiod.istio-system.svc", TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("vmconfig/ipv4", "10.10.10.10", "rev-1")]
    [InlineData("vmconfig/ipv6", "fd00:10:96::1", "rev-1")]
    [InlineData("vmconfig-nil-proxy-metadata", "10.10.10.10", null)]
    public void A_bundle_of_istios_own_tests_gives_its_settings(string name, string address, string? revision)
    {
        var golden = Path.Combine(Cases, "vm-bundle", name);
        Assert.SkipUnless(Directory.Exists(golden), Missing);
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(golden, "*.golden")) File.Copy(file, folder[Path.GetFileNameWithoutExtension(file)]);

        var settings = ReadSettings.From("/", None, "--bundle", folder.Path, "--source", "file:/x@Kubernetes");

        var istiod = revision is null ? "istiod.istio-system.svc" : $"istiod-{revision}.istio-system.svc";
        Assert.Equal(("Kubernetes", "bar", "vm-serviceaccount", ""), (settings.Cluster, settings.Namespace, settings.ServiceAccount, settings.Network));
        Assert.Equal(IPAddress.Parse(address), settings.WorkloadAddress);
        Assert.Equal((istiod, istiod), (settings.Identity.Authority!.Host, settings.CaServerName));
        Assert.Equal("cluster.local", settings.TrustDomain);
        Assert.Equal(8080, settings.Probe!.HttpGet!.Port);
    }

    [Fact]
    public void The_bundle_of_a_revision_that_istioctl_could_not_write_is_refused_with_the_remedy()
    {
        var folder = Path.Combine(Cases, "istiod/bundle/revision");
        Assert.SkipUnless(Directory.Exists(folder), Missing);

        var (exitCode, _, error) = ReadSettings.Outcome("/", None, "--bundle", folder, "--source", "file:/x@eks-a");

        Assert.Equal(64, exitCode);
        Assert.Contains("cluster.env is missing; write it with: istioctl x workload entry configure", error, StringComparison.Ordinal);
    }
}
