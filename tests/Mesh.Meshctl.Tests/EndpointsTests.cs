using System.Globalization;
using System.Text.Json;
using Mesh.Config.Tests.Istiod;
using Mesh.Config.Tests.Support;

namespace Mesh.Meshctl.Tests;

public sealed class EndpointsTests
{
    private static readonly string[] Fields =
        ["address", "port", "network", "cluster", "locality", "weight", "priority", "healthy", "tls", "sni", "via"];

    private static readonly string Mesh = Path.Combine(Golden.Folder, "Corpus", "two-networks");
    private static readonly string[] Clusters = [$"{Mesh}/eks-a@eks-a", $"{Mesh}/eks-b@eks-b"];

    [Theory]
    [InlineData("vpc-a", "eks-a/vpc-a/us-east-1/us-east-1a")]
    [InlineData("vpc-b", "eks-b/vpc-b/us-west-2/us-west-2a")]
    [InlineData("vpc-legacy", "eks-a/vpc-legacy/us-east-1/us-east-1a")]
    [InlineData("vpc-c", "eks-a/vpc-c/eu-central-1/eu-central-1a")]
    public async Task The_endpoints_are_those_that_a_real_istiod_sent(string network, string from)
    {
        var folder = SharedCases.Folder("istiod");
        var recorded = RecordedEds.Load(Path.Combine(folder, "eds", $"eds-view-{network}.json"));
        string[] files = [.. Directory.GetFiles(Path.Combine(folder, "cluster", "state"), "*.yaml").Select(file => $"{file}@{Path.GetFileName(file)[..5]}")];
        var compared = 0;
        foreach (var (cluster, expected) in recorded.Where(answer => answer.Key.StartsWith("outbound|", StringComparison.Ordinal)))
        {
            var parts = cluster.Split('|');
            var (exitCode, output, error) = await Meshctl.RunAsync(
                ["endpoints", $"{parts[3]}:{parts[1]}", "--subset", parts[2], "--from", from, "-n", "prod", "-o", "json", .. files]);
            // istiod answers for a service or port that does not exist with an empty list.
            Assert.True(exitCode == 0 || expected.Count == 0, error);
            var actual = exitCode == 0 ? Describe(output) : [];
            Assert.Equal((cluster, string.Join('\n', expected.Select(WithoutHealthyDetail))), (cluster, string.Join('\n', actual)));
            compared++;
        }

        Assert.True(compared >= 8, $"only {compared} clusters were compared");
    }

    [Fact]
    public async Task Each_endpoint_has_the_fields_of_the_contract()
    {
        var (exitCode, output, _) = await Meshctl.RunAsync(["endpoints", "payments:8080", "-n", "prod", "--from", "eks-a", "-o", "json", .. Clusters]);
        Assert.Equal(0, exitCode);
        using var document = JsonDocument.Parse(output);
        Assert.All(document.RootElement.EnumerateArray(), endpoint => Assert.Equal(Fields, endpoint.EnumerateObject().Select(field => field.Name)));
        var gateway = document.RootElement.EnumerateArray().First(endpoint => endpoint.GetProperty("via").GetString() == "vpc-b");
        Assert.Equal("203.0.113.20", gateway.GetProperty("address").GetString());
        Assert.Equal("outbound_.8080_._.payments.prod.svc.cluster.local", gateway.GetProperty("sni").GetString());
        Assert.Equal("istio", gateway.GetProperty("tls").GetString());
    }

    [Theory]
    [InlineData("v1", "10.0.1.11")]
    [InlineData("v2", "10.0.2.12")]
    public async Task A_subset_selects_by_labels(string subset, string address)
    {
        var (_, output, _) = await Meshctl.RunAsync(
            ["endpoints", "payments.prod:8080", "--subset", subset, "--from", "eks-a", "-o", "json", .. Clusters]);
        using var document = JsonDocument.Parse(output);
        Assert.Equal([address], document.RootElement.EnumerateArray()
            .Where(endpoint => endpoint.GetProperty("via").GetString()!.Length == 0).Select(endpoint => endpoint.GetProperty("address").GetString()!));
    }

    [Fact]
    public async Task The_table_is_for_people()
    {
        var (_, output, _) = await Meshctl.RunAsync(["endpoints", "legacy-billing:9080", "-n", "prod", "--from", "eks-a", .. Clusters]);
        Assert.Equal(
            """
            ADDRESS       PORT   NETWORK      CLUSTER   LOCALITY               WEIGHT   PRIORITY   HEALTHY   TLS     VIA
            172.31.9.17   9080   vpc-legacy   eks-a     us-east-1/us-east-1a   6        0          true      istio   -

            """,
            output);
    }

    [Fact]
    public async Task An_unknown_service_is_a_failure_that_says_so()
    {
        var (exitCode, output, error) = await Meshctl.RunAsync(["endpoints", "nobody:80", .. Clusters]);
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains("nobody", error, StringComparison.Ordinal);
    }

    private static List<string> Describe(string json)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. document.RootElement.EnumerateArray().Select(endpoint => string.Create(
                CultureInfo.InvariantCulture,
                $"P{endpoint.GetProperty("priority").GetInt32()} {(Text(endpoint, "locality") is { Length: > 0 } locality ? locality : "-")} {Text(endpoint, "address")}:{endpoint.GetProperty("port").GetInt32()} {endpoint.GetProperty("weight").GetInt64()} {(Text(endpoint, "tls") == "istio" ? "mtls" : "plain")} {(endpoint.GetProperty("healthy").GetBoolean() ? "healthy" : "unhealthy")}"))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>EDS distinguishes unknown from healthy, and unhealthy from draining; whether to use an endpoint is one question.</summary>
    private static string WithoutHealthyDetail(string line)
    {
        var blank = line.LastIndexOf(' ');
        return $"{line[..blank]} {(line[(blank + 1)..] is "UNKNOWN" or "HEALTHY" ? "healthy" : "unhealthy")}";
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
