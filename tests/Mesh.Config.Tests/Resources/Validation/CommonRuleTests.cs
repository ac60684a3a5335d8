using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Tests.Resources.Validation;

/// <summary>Rules of names and metadata that several kinds share.</summary>
public sealed class CommonRuleTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("A-1.b_c", true)]
    [InlineData("example.com/a", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("a.", false)]
    [InlineData("/a", false)]
    [InlineData("example.com/", false)]
    [InlineData("a/b/c", false)]
    [InlineData("a_b/c", false)]
    public void A_label_key_is_a_name_with_an_optional_DNS_prefix(string key, bool expected) =>
        Assert.Equal(expected, Accepts("WorkloadEntry", $"{{address: 10.0.0.1, labels: {{\"{key}\": v}}}}"));

    [Theory]
    [InlineData("a", true)]
    [InlineData("UPPER.case", true)]
    [InlineData("a.b.", true)]
    [InlineData("a..", false)]
    [InlineData("a..b", false)]
    [InlineData("", false)]
    [InlineData("-a.b", false)]
    [InlineData("a_b", false)]
    [InlineData("10.0.0.256", false)]
    [InlineData("a.1", false)]
    [InlineData("a.1a", true)]
    [InlineData("*.a", false)]
    public void A_host_name_is_DNS_labels_the_last_not_all_digits(string host, bool expected) =>
        Assert.Equal(expected, Accepts("WorkloadEntry", $"{{network: n, address: \"{(host.Length == 0 ? "." : host)}\"}}"));

    [Theory]
    [InlineData("*", true)]
    [InlineData("*.a", true)]
    [InlineData("*a.b", true)]
    [InlineData("*-a.b", true)]
    [InlineData("a.b", true)]
    [InlineData("*--a.b", false)]
    [InlineData("*-.b", false)]
    [InlineData("a*.b", false)]
    [InlineData("a.*", false)]
    [InlineData("**.b", false)]
    [InlineData("*.*.b", false)]
    public void A_wildcard_may_only_begin_the_first_label(string host, bool expected) =>
        Assert.Equal(expected, Accepts("DestinationRule", $"{{host: \"{host}\"}}"));

    [Theory]
    [InlineData("VirtualService", "istio.io/dry-run", "true", "only an AuthorizationPolicy can be a dry run")]
    [InlineData("VirtualService", "internal.istio.io/parents", "x", "Istio's own")]
    [InlineData("VirtualService", "internal.istio.io/parent-namespace", "x", "Istio's own")]
    [InlineData("VirtualService", "internal.istio.io/webhook-always-reject", "x", "Istio's own")]
    public void Annotations_of_Istio_itself_are_refused(string kind, string annotation, string value, string message)
    {
        var result = MeshYaml.Read(
            $$"""
            apiVersion: networking.istio.io/v1
            kind: {{kind}}
            metadata:
              name: a
              annotations:
                {{annotation}}: "{{value}}"
            spec:
              http: [{redirect: {uri: /} }]
            """, "f.yaml");

        var error = Assert.Single(result.Diagnostics);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal((6, 5), (error.Location.Line, error.Location.Column));
        Assert.Equal(Severity.Error, error.Severity);
    }

    [Theory]
    [InlineData("ALLOW", "true", null)]
    [InlineData("DENY", "False", null)]
    [InlineData("DENY", "maybe", "neither true nor false")]
    [InlineData("AUDIT", "true", "only the actions ALLOW and DENY")]
    public void A_dry_run_is_for_ALLOW_and_DENY(string action, string value, string? message)
    {
        var result = MeshYaml.Read(
            $$$"""
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: a, annotations: {istio.io/dry-run: "{{{value}}}"}}
            spec: {action: {{{action}}}, rules: [{to: [{operation: {ports: ["80"]}}]}]}
            """, "f.yaml");

        if (message is null) Assert.Empty(result.Diagnostics);
        else Assert.Contains(message, Assert.Single(result.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_old_spelling_of_fields_does_not_lose_the_place()
    {
        RuleCase.AssertFinds(
            RuleCase.Error, "spec.exportTo[0]: \"a.b\" is none of",
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: b}\nspec: {hosts: [x], http: [{redirect: {uri: /}}], export_to: [§a.b]}\n");
    }

    private static bool Accepts(string kind, string spec) => !MeshYaml.Read(
        $"apiVersion: networking.istio.io/v1\nkind: {kind}\nmetadata: {{name: a, namespace: b}}\nspec: {spec}\n", "f.yaml").HasErrors;
}
