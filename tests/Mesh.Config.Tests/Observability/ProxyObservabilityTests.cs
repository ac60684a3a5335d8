using Mesh.Config.Model;
using Mesh.Config.Observability;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Observability;

/// <summary>Which Telemetry resources a proxy follows, and what comes out of them.</summary>
public sealed class ProxyObservabilityTests
{
    private const string Mesh = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: istio, namespace: istio-system}
        data:
          mesh: |
            accessLogFile: /dev/stdout
            accessLogEncoding: JSON
            defaultConfig: {tracing: {sampling: 5, maxPathTagLength: 99}, tracingServiceName: CANONICAL_NAME_ONLY}
            extensionProviders:
            - {name: otel, opentelemetry: {service: ns/otel.test.svc, port: 4318, http: {path: /v1/traces, timeout: 3s, headers: [{name: a, value: b}]}}}
            - {name: zipkin, zipkin: {service: zipkin.test.svc, port: 9411}}
            - {name: file, envoyFileAccessLog: {path: /var/log/a.log, logFormat: {text: "%PROTOCOL%"}}}
            - {name: labels, envoyFileAccessLog: {logFormat: {labels: {a: "%PROTOCOL%", b: two}}}}
            - {name: nested, envoyFileAccessLog: {logFormat: {labels: {a: {b: c}}}}}
        """;

    private static readonly ProxyScope Web = new() { Cluster = "c", Namespace = "prod", Labels = TestMesh.Labels(("app", "web")) };

    [Fact]
    public void MeshConfig_alone_says_something()
    {
        var result = Of(Web, isClient: true, Mesh);
        Assert.Equal(new AccessLogSink("/dev/stdout", IsJson: true, ""), result.AccessLog);
        Assert.Equal((5, 99, "CANONICAL_NAME_ONLY"), (result.TraceSamplingPercent, result.LongestPath, result.TracingServiceName));
        Assert.Null(result.AccessLogWanted);
        Assert.Null(result.Collector);
        Assert.Empty(result.Problems);
    }

    [Fact]
    public void Each_level_refines_the_one_before()
    {
        var result = Of(
            Web, isClient: true, Mesh,
            Telemetry("istio-system", "mesh", "tracing: [{providers: [{name: otel}], randomSamplingPercentage: 10, customTags: {a: {literal: {value: mesh}}}}]"),
            Telemetry("prod", "space", "tracing: [{randomSamplingPercentage: 20, enableIstioTags: false}]"),
            Telemetry("prod", "web", "selector: {matchLabels: {app: web}}, tracing: [{customTags: {b: {literal: {value: web}}}, useRequestIdForTraceSampling: false}]"),
            Telemetry("prod", "other", "selector: {matchLabels: {app: other}}, tracing: [{randomSamplingPercentage: 90}]"),
            Telemetry("else", "space", "tracing: [{randomSamplingPercentage: 91}]"));
        Assert.Equal((20, false, false), (result.TraceSamplingPercent, result.HasIstioTags, result.SamplesByRequestId));
        Assert.Equal("b", Assert.Single(result.TraceTags).Key);
        Assert.Equal(("otel.test.svc", 4318, "/v1/traces", TimeSpan.FromSeconds(3)),
            (result.Collector!.Host, result.Collector.Port, result.Collector.Path, result.Collector.Timeout));
        Assert.Equal("a", Assert.Single(result.Collector.Headers).Name);
    }

    [Fact]
    public void All_of_the_namespace_that_name_the_workload_hold_and_none_of_the_root_namespace_does()
    {
        var result = Of(Web, isClient: true, Mesh,
            Telemetry("prod", "rate", "selector: {matchLabels: {app: web}}, tracing: [{providers: [{name: otel}], randomSamplingPercentage: 30}]"),
            Telemetry("prod", "tags", "selector: {matchLabels: {app: web}}, tracing: [{customTags: {a: {literal: {value: web}}}}]"),
            Telemetry("istio-system", "far", "selector: {matchLabels: {app: web}}, tracing: [{randomSamplingPercentage: 90}]"));

        Assert.Equal(30, result.TraceSamplingPercent);
        Assert.Equal("a", Assert.Single(result.TraceTags).Key);
    }

    [Fact]
    public void A_mode_leaves_the_other_side_alone()
    {
        var telemetry = Telemetry("prod", "t",
            "accessLogging: [{match: {mode: SERVER}, disabled: true}], metrics: [{overrides: [{match: {metric: REQUEST_SIZE, mode: SERVER}, disabled: true}]}]");
        var (client, server) = (Of(Web, isClient: true, Mesh, telemetry), Of(Web, isClient: false, Mesh, telemetry));
        Assert.Equal((null, false), (client.AccessLogWanted, server.AccessLogWanted));
        Assert.Empty(client.MetricsOverrides);
        Assert.Single(server.MetricsOverrides);
    }

    [Theory]
    [InlineData("file", "/var/log/a.log", false, "%PROTOCOL%")]
    [InlineData("labels", "/dev/stdout", true, """{"a":"%PROTOCOL%","b":"two"}""")]
    [InlineData("envoy", "/dev/stdout", true, "")]
    public void A_provider_is_a_file_and_a_format(string name, string path, bool isJson, string format)
    {
        var result = Of(Web, isClient: true, Mesh, Telemetry("prod", "t", $"accessLogging: [{{providers: [{{name: {name}}}]}}]"));
        Assert.Equal(new AccessLogSink(path, isJson, format), result.AccessLog);
        Assert.Empty(result.Problems);
    }

    [Theory]
    [InlineData("accessLogging: [{providers: [{name: otel}]}]", "accessLogging.providers", "is no envoyFileAccessLog")]
    [InlineData("accessLogging: [{providers: [{name: nested}]}]", "accessLogging.providers", "labels within labels")]
    [InlineData("accessLogging: [{providers: [{name: file}, {name: labels}]}]", "accessLogging.providers", "\"labels\" gets nothing")]
    [InlineData("tracing: [{providers: [{name: gone}]}]", "tracing[0].providers", "has no \"gone\"")]
    [InlineData("tracing: [{providers: [{name: zipkin}]}]", "tracing[0].providers", "is no opentelemetry")]
    public void What_cannot_be_carried_out_is_told_with_place_and_remedy(string spec, string field, string says)
    {
        var problem = Assert.Single(Of(Web, isClient: true, Mesh, Telemetry("prod", "t", spec)).Problems);
        Assert.Equal("Telemetry prod/t", problem.Subject);
        Assert.StartsWith(field, problem.Message, StringComparison.Ordinal);
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, problem.Location.Line);
    }

    [Fact]
    public void Zipkin_is_not_spoken_but_its_headers_are()
    {
        Assert.True(Of(Web, isClient: true, Mesh, Telemetry("prod", "t", "tracing: [{providers: [{name: zipkin}]}]")).WritesB3);
    }

    [Fact]
    public void The_same_configuration_says_the_same()
    {
        var telemetry = Telemetry("prod", "t", "metrics: [{overrides: [{match: {metric: REQUEST_SIZE}, disabled: true}]}], tracing: [{providers: [{name: otel}]}]");
        var snapshot = TestMesh.Load(("c", Mesh), ("c", telemetry));
        Assert.True(ProxyObservability.Of(snapshot, Web, true).Says(ProxyObservability.Of(snapshot, Web, true)));
        Assert.False(ProxyObservability.Of(snapshot, Web, true).Says(Of(Web, isClient: true, Mesh)));
    }

    private static ProxyObservability Of(ProxyScope scope, bool isClient, params string[] texts) =>
        ProxyObservability.Of(TestMesh.Load([.. texts.Select(text => ("c", text))]), scope, isClient);

    private static string Telemetry(string space, string name, string spec) => $$"""
        apiVersion: telemetry.istio.io/v1
        kind: Telemetry
        metadata: {name: {{name}}, namespace: {{space}}}
        spec: { {{spec}} }
        """;
}
