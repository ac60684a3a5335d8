using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Model;

public sealed class PeerAuthenticationTests
{
    [Fact]
    public void Without_any_policy_plain_text_and_mTLS_are_accepted() => Assert.Equal(MtlsMode.Permissive, ModeOf(80));

    [Fact]
    public void The_mesh_the_namespace_and_the_workload_override_each_other_in_this_order()
    {
        const string mesh = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: m, namespace: istio-system}, spec: {mtls: {mode: STRICT}}}";
        const string space = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: n, namespace: prod}, spec: {mtls: {mode: DISABLE}}}";
        const string unset = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: n, namespace: prod}, spec: {mtls: {mode: UNSET}}}";
        const string workload = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: w, namespace: prod}, spec: {selector: {matchLabels: {app: web}}, mtls: {mode: PERMISSIVE}, portLevelMtls: {8080: {mode: STRICT}, 8081: {mode: UNSET}}}}";

        Assert.Equal(MtlsMode.Strict, ModeOf(80, mesh));
        Assert.Equal(MtlsMode.Disable, ModeOf(80, mesh, space));
        Assert.Equal(MtlsMode.Strict, ModeOf(80, mesh, unset));
        Assert.Equal(MtlsMode.Permissive, ModeOf(80, mesh, space, workload));
        Assert.Equal(MtlsMode.Strict, ModeOf(8080, mesh, space, workload));
        Assert.Equal(MtlsMode.Permissive, ModeOf(8081, mesh, space, workload));
    }

    [Fact]
    public void The_oldest_of_several_policies_of_one_level_counts()
    {
        Assert.Equal(MtlsMode.Strict, ModeOf(80,
            "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a, namespace: prod, creationTimestamp: \"2026-02-02T00:00:00Z\"}, spec: {mtls: {mode: DISABLE}}}",
            "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: b, namespace: prod, creationTimestamp: \"2026-01-01T00:00:00Z\"}, spec: {mtls: {mode: STRICT}}}"));
    }

    [Fact]
    public void Of_the_policies_that_select_a_workload_the_oldest_counts_alone_also_for_ports()
    {
        const string old = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: z, namespace: prod, creationTimestamp: \"2026-01-01T00:00:00Z\"}, spec: {selector: {matchLabels: {app: web}}, mtls: {mode: UNSET}, portLevelMtls: {8080: {mode: DISABLE}}}}";
        const string young = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a, namespace: prod, creationTimestamp: \"2026-02-02T00:00:00Z\"}, spec: {selector: {matchLabels: {app: web}}, mtls: {mode: DISABLE}, portLevelMtls: {8081: {mode: DISABLE}}}}";
        const string space = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: n, namespace: prod}, spec: {mtls: {mode: STRICT}}}";
        const string other = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: o, namespace: prod, creationTimestamp: \"2025-01-01T00:00:00Z\"}, spec: {selector: {matchLabels: {app: else}}, mtls: {mode: DISABLE}}}";

        Assert.Equal(MtlsMode.Strict, ModeOf(80, space, young, old, other));
        Assert.Equal(MtlsMode.Disable, ModeOf(8080, space, young, old, other));
        Assert.Equal(MtlsMode.Strict, ModeOf(8081, space, young, old, other));
    }

    [Fact]
    public void A_selector_in_the_root_namespace_is_no_mesh_policy()
    {
        Assert.Equal(MtlsMode.Permissive, ModeOf(80,
            "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a, namespace: istio-system}, spec: {selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}}}"));
    }

    [Fact]
    public void An_object_of_the_own_cluster_hides_its_namesake_of_another()
    {
        const string policy = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a, namespace: prod}, spec: {mtls: {mode: MODE}}}";
        var snapshot = TestMesh.Load(
            ("c1", policy.Replace("MODE", "STRICT", StringComparison.Ordinal)),
            ("c2", policy.Replace("MODE", "DISABLE", StringComparison.Ordinal)));

        Assert.Equal(MtlsMode.Strict, snapshot.ViewFrom(new ProxyScope { Cluster = "c1", Namespace = "prod" }).InboundMtls(80));
        Assert.Equal(MtlsMode.Disable, snapshot.ViewFrom(new ProxyScope { Cluster = "c2", Namespace = "prod" }).InboundMtls(80));
        // A cluster without configuration of its own follows its primary's.
        Assert.Equal(MtlsMode.Strict, snapshot.ViewFrom(new ProxyScope { Cluster = "c3", Namespace = "prod" }).InboundMtls(80));
    }

    private static MtlsMode ModeOf(int port, params string[] policies) =>
        TestMesh.Load([.. policies.Select(policy => ("c", policy)), ("c", "")])
            .ViewFrom(new ProxyScope { Cluster = "c", Namespace = "prod", Labels = TestMesh.Labels(("app", "web")) })
            .InboundMtls(port);
}
