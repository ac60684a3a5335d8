using Mesh.Config.Model;
using Mesh.Config.Tests.Support;
using static Mesh.Config.Tests.Policy.TestPolicy;

namespace Mesh.Config.Tests.Policy;

/// <summary>Which policies apply to a workload.</summary>
public sealed class PolicyAttachmentTests
{
    private const string DenyAll = "action: DENY, rules: [{}]";

    [Theory]
    [InlineData("prod", "", true, "the workload's own namespace")]
    [InlineData("istio-system", "", true, "the root namespace")]
    [InlineData("test", "", false, "another namespace")]
    [InlineData("prod", "selector: {matchLabels: {app: payments}}, ", true, "labels of the workload")]
    [InlineData("prod", "selector: {matchLabels: {app: checkout}}, ", false, "labels of another workload")]
    [InlineData("prod", "selector: {matchLabels: {app: payments, version: v1}}, ", false, "a label that the workload has not")]
    [InlineData("istio-system", "selector: {matchLabels: {app: payments}}, ", true, "the root namespace selects everywhere")]
    [InlineData("prod", "targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: edge}], ", false, "a target, and this is no such gateway")]
    [InlineData("prod", "targetRefs: [{kind: Service, group: '', name: payments}], ", false, "a Service is a target for waypoints only")]
    public void A_policy_applies_by_namespace_and_labels(string policyNamespace, string selector, bool applies, string because)
    {
        var policy = Load(Authorization($"{{{selector}{DenyAll}}}", policyNamespace: policyNamespace));
        Assert.True(applies != policy.Authorize(Get()).Allowed, because);
    }

    [Theory]
    [InlineData("prod", "edge", true)]
    [InlineData("prod", "other", false)]
    [InlineData("istio-system", "edge", false)]
    public void A_target_is_the_gateway_of_that_name_in_the_policys_namespace(string policyNamespace, string target, bool applies)
    {
        var labels = TestMesh.Labels(("gateway.networking.k8s.io/gateway-name", "edge"));
        var yaml = Authorization($"{{targetRefs: [{{kind: Gateway, group: gateway.networking.k8s.io, name: {target}}}], {DenyAll}}}", policyNamespace: policyNamespace);
        Assert.Equal(applies, !Load(yaml, "prod", labels).Authorize(Get()).Allowed);
    }

    [Fact]
    public void Another_root_namespace_is_a_setting_of_the_mesh()
    {
        var options = new MeshModelOptions { RootNamespace = "mesh" };
        Assert.False(Load(Authorization($"{{{DenyAll}}}", policyNamespace: "mesh"), options).Authorize(Get()).Allowed);
        Assert.True(Load(Authorization($"{{{DenyAll}}}", policyNamespace: "istio-system"), options).Authorize(Get()).Allowed);
    }

    [Fact]
    public void The_policies_that_apply_are_listed_in_the_order_of_evaluation() =>
        Assert.Equal(
            ["CUSTOM prod/c", "DENY istio-system/b", "DENY prod/a", "ALLOW prod/d"],
            Load(Authorization("{rules: [{}]}", "d") + Authorization($"{{{DenyAll}}}", "a") + Authorization($"{{{DenyAll}}}", "b", "istio-system")
                 + Authorization("{action: CUSTOM, provider: {name: opa}, rules: [{}]}", "c")).AuthorizationPolicies);
}
