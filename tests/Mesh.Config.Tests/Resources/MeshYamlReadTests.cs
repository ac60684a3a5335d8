using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Core;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Resources.Security;

namespace Mesh.Config.Tests.Resources;

public sealed class MeshYamlReadTests
{
    [Fact]
    public void Documents_lists_and_comments_of_one_text_are_all_read()
    {
        var result = MeshYaml.Read(
            """
            # only a comment
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: prod}
            ---
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: Node
              metadata: {name: n1}
            - {apiVersion: security.istio.io/v1beta1, kind: PeerAuthentication, metadata: {name: default, namespace: prod}, spec: {mtls: {mode: STRICT}}}
            """, "a.yaml");

        Assert.Empty(result.Diagnostics);
        Assert.Equal(["Namespace prod", "Node n1", "PeerAuthentication prod/default"], result.Objects.Select(value => value.Subject));
        Assert.Equal(new SourceLocation("a.yaml", 3, 1), result.Objects[0].Location);
        Assert.Equal(MutualTlsMode.Strict, Assert.IsType<PeerAuthentication>(result.Objects[2]).Spec.Mtls!.Mode);
    }

    [Theory]
    [InlineData("networking.istio.io/v1")]
    [InlineData("networking.istio.io/v1beta1")]
    [InlineData("networking.istio.io/v1alpha3")]
    public void All_versions_of_a_kind_are_the_same_object(string apiVersion)
    {
        var result = MeshYaml.Read(
            $$$"""
            apiVersion: {{{apiVersion}}}
            kind: DestinationRule
            metadata: {name: payments, namespace: prod}
            spec: {host: payments, trafficPolicy: {outlierDetection: {consecutive_5xx_errors: 3, baseEjectionTime: 1m30s} } }
            """, "a.yaml");

        Assert.Empty(result.Diagnostics);
        var rule = Assert.IsType<DestinationRule>(Assert.Single(result.Objects));
        Assert.Equal(3u, rule.Spec.TrafficPolicy!.OutlierDetection!.Consecutive5xxErrors);
        Assert.Equal(TimeSpan.FromSeconds(90), rule.Spec.TrafficPolicy.OutlierDetection.BaseEjectionTime);
        Assert.Equal(new ObjectKey("networking.istio.io", "DestinationRule", "prod", "payments"), ObjectKey.Of(rule));
    }

    [Fact]
    public void JSON_is_read_like_YAML()
    {
        var result = MeshYaml.Read("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"b"},"spec":{"ports":[{"port":80,"targetPort":"http"}]}}""", "a.json");

        Assert.Empty(result.Diagnostics);
        Assert.Equal("http", Assert.IsType<Service>(result.Objects[0]).Spec.Ports[0].TargetPort);
    }

    [Fact]
    public void A_namespaced_object_without_namespace_is_in_default_and_a_cluster_object_in_none()
    {
        var result = MeshYaml.Read(
            """
            {apiVersion: v1, kind: Service, metadata: {name: a}}
            ---
            {apiVersion: v1, kind: Node, metadata: {name: n, namespace: wrong}}
            """, "a.yaml");

        Assert.Equal(["Service default/a", "Node n"], result.Objects.Select(value => value.Subject));
    }

    [Fact]
    public void Kinds_the_mesh_does_not_use_are_skipped_with_a_note()
    {
        var result = MeshYaml.Read(
            """
            {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {anything: [1]}}
            ---
            {apiVersion: gateway.networking.k8s.io/v1alpha2, kind: TCPRoute, metadata: {name: a}}
            """, "a.yaml");

        Assert.Empty(result.Objects);
        Assert.Equal(["UnknownKind", "UnknownKind"], result.Diagnostics.Select(diagnostic => diagnostic.Code));
        Assert.All(result.Diagnostics, diagnostic => Assert.Equal(Severity.Info, diagnostic.Severity));
    }

    [Fact]
    public void Anchors_and_aliases_are_followed()
    {
        var result = MeshYaml.Read(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: a, namespace: b, labels: &labels {app: x}, annotations: *labels}
            """, "a.yaml");

        Assert.Empty(result.Diagnostics);
        Assert.Equal("x", result.Objects[0].Metadata.Annotations["app"]);
    }
}
