using Mesh.Hosting.Telemetry;
using Xunit;

namespace Mesh.Hosting.Tests.Telemetry;

/// <summary>OpenTelemetry's standard variables.</summary>
public sealed class OtlpTargetTests
{
    [Theory]
    [InlineData("http://c:4317", null, null, true, "http://c:4317/")]
    [InlineData("http://c:4318", "http/protobuf", null, false, "http://c:4318/v1/traces")]
    [InlineData("http://c:4318/base/", "http/protobuf", null, false, "http://c:4318/base/v1/traces")]
    [InlineData("http://c:4318", "http/protobuf", "http://d:4318/mine", false, "http://d:4318/mine")]
    [InlineData(null, "grpc", "http://d:4317", true, "http://d:4317/")]
    public void An_address_is_for_all_signals_or_for_traces(string? all, string? protocol, string? traces, bool isGrpc, string endPoint)
    {
        var target = Of(("OTEL_EXPORTER_OTLP_ENDPOINT", all), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", traces));
        Assert.Equal((isGrpc, endPoint), (target!.IsGrpc, target.EndPoint.ToString()));
    }

    [Fact]
    public void What_is_said_of_traces_counts_more()
    {
        var target = Of(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=b"), ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "c=d"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"));
        Assert.Equal(("c=d", TimeSpan.FromSeconds(1.5)), (target!.Headers, target.Timeout));
    }

    [Fact]
    public void Nothing_is_sent_without_an_address_or_when_it_is_switched_off()
    {
        var address = ("OTEL_EXPORTER_OTLP_ENDPOINT", (string?)"http://c:4317");
        Assert.Null(Of());
        Assert.Null(Of(address, ("OTEL_SDK_DISABLED", "true")));
        Assert.Null(Of(address, ("OTEL_TRACES_EXPORTER", "none")));
        Assert.NotNull(Of(address, ("OTEL_TRACES_EXPORTER", "otlp")));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "c:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "soon")]
    public void A_value_that_means_nothing_is_refused_by_the_variables_name(string name, string value)
    {
        var error = Assert.Throws<FormatException>(() => Of(("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", name.EndsWith("ENDPOINT", StringComparison.Ordinal) ? null : "http://c:1"), (name, value)));
        Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("always_off", null, 0.0)]
    [InlineData("parentbased_always_on", null, 100.0)]
    [InlineData("parentbased_traceidratio", "0.25", 25.0)]
    public void A_sampler_is_a_share(string? sampler, string? argument, double? percent) =>
        Assert.Equal(percent, TraceSampling.FromEnvironment(name => name == "OTEL_TRACES_SAMPLER" ? sampler : argument));

    [Fact]
    public void An_unknown_sampler_is_refused() =>
        Assert.Throws<FormatException>(() => TraceSampling.FromEnvironment(_ => "jaeger_remote"));

    private static OtlpTarget? Of(params (string Name, string? Value)[] variables) =>
        OtlpTarget.FromEnvironment(name => Array.Find(variables, variable => variable.Name == name).Value);
}
