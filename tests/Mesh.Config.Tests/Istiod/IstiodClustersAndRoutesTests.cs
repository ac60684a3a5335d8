using System.Globalization;
using System.Text.Json;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Istiod;

/// <summary>Traffic policy, expected identities, SNI and routes of one sidecar, beside what a real istiod sent it.</summary>
public sealed class IstiodClustersAndRoutesTests
{
    private static readonly ProxyScope Scope = new()
    {
        Cluster = "eks-a",
        Network = "vpc-a",
        Namespace = "prod",
        Locality = new Locality("us-east-1", "us-east-1a"),
        Labels = TestMesh.Labels(("app", "checkout"), ("version", "v1")),
    };

    [Fact]
    public void Clusters_have_the_same_policy_identities_and_SNI()
    {
        var view = RecordedTopology.Load().ViewFrom(Scope);
        var compared = 0;
        foreach (var cluster in Recorded("Cluster"))
        {
            var parts = cluster.GetProperty("name").GetString()!.Split('|');
            if (parts is not ["outbound", _, _, _] || !parts[3].Contains(".prod.", StringComparison.Ordinal)) continue;
            var upstream = view.FindUpstream(new UpstreamKey(parts[3], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]));
            Assert.NotNull(upstream);
            Assert.Equal(Describe(cluster), Describe(upstream));
            compared++;
        }

        Assert.Equal(10, compared);
    }

    [Theory]
    [InlineData("true", "canary")]
    [InlineData(null, "default")]
    public void Routes_lead_to_the_same_clusters_with_the_same_weights_timeouts_and_retries(string? canary, string name)
    {
        var table = RecordedTopology.Load().ViewFrom(Scope).OutboundRoutes("payments", 8080)!;
        var request = new RouteRequest(
            "POST", "http", "payments", "/payments.v1.Payments/CreatePayment", "", 8080, header => header == "x-canary" ? canary : null);
        var expected = Recorded("RouteConfiguration").Single(config => config.GetProperty("name").GetString() == "8080")
            .GetProperty("virtualHosts")[0].GetProperty("routes").EnumerateArray()
            .Single(route => route.GetProperty("name").GetString() == name)
            .GetProperty("route");

        Assert.Equal(DescribeRoute(expected), DescribeRoute(table.Match(request)!.Value.Route));
    }

    private static IEnumerable<JsonElement> Recorded(string type)
    {
        var path = Path.Combine(SharedCases.Folder("istiod"), "eds", "cds-rds-sidecar-vpc-a.json");
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return
        [
            .. document.RootElement.GetProperty("events").EnumerateArray()
                .Where(e => e.GetProperty("kind").GetString() == "recv" && e.GetProperty("type").GetString() == type)
                .SelectMany(e => e.GetProperty("message").GetProperty("resources").EnumerateArray())
                .Select(resource => resource.Clone()),
        ];
    }

    private static string Describe(JsonElement cluster)
    {
        var name = cluster.GetProperty("name").GetString()!;
        var threshold = cluster.GetProperty("circuitBreakers").GetProperty("thresholds")[0];
        var text = cluster.GetRawText();
        var outlier = cluster.TryGetProperty("outlierDetection", out var o)
            ? $"{o.GetProperty("consecutive5xx").GetInt32()} {o.GetProperty("interval").GetString()} {o.GetProperty("baseEjectionTime").GetString()} {o.GetProperty("maxEjectionPercent").GetInt32()}"
            : "-";
        var (sans, sni) = Tls(text);
        return $"{name} connect={cluster.GetProperty("connectTimeout").GetString()} connections={threshold.GetProperty("maxConnections").GetInt64()} requests={threshold.GetProperty("maxRequests").GetInt64()} outlier={outlier} sans={sans} sni={sni}";
    }

    /// <summary>SANs and SNI of the mTLS context, wherever in the cluster it is.</summary>
    private static (string Sans, string Sni) Tls(string cluster)
    {
        if (!cluster.Contains("\"sni\"", StringComparison.Ordinal)) return ("-", "-");
        using var document = JsonDocument.Parse(cluster);
        foreach (var element in Descend(document.RootElement))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("sni", out var sni)) continue;
            var context = element.GetProperty("commonTlsContext").GetProperty("combinedValidationContext").GetProperty("defaultValidationContext");
            var sans = context.TryGetProperty("matchSubjectAltNames", out var list)
                ? string.Join(',', list.EnumerateArray().Select(san => san.GetProperty("exact").GetString()))
                : "";
            return (sans, sni.GetString()!);
        }

        return ("-", "-");
    }

    private static IEnumerable<JsonElement> Descend(JsonElement element)
    {
        yield return element;
        var children = element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Select(property => property.Value),
            JsonValueKind.Array => element.EnumerateArray(),
            _ => Enumerable.Empty<JsonElement>(),
        };
        foreach (var child in children)
            foreach (var inner in Descend(child))
                yield return inner;
    }

    private static string Describe(Upstream upstream)
    {
        var policy = upstream.Policy;
        var outlier = policy.Outlier is { } o
            ? $"{o.Consecutive5xxErrors} {o.Interval.TotalSeconds}s {o.BaseEjectionTime.TotalSeconds}s {o.MaxEjectionPercent}"
            : "-";
        return $"{upstream.Key} connect={policy.ConnectTimeout.TotalSeconds}s connections={(long?)policy.MaxConnections ?? uint.MaxValue} requests={(long?)policy.Http2MaxRequests ?? uint.MaxValue} outlier={outlier} sans={string.Join(',', upstream.ExpectedIdentities)} sni={upstream.Sni}";
    }

    private static string DescribeRoute(JsonElement route)
    {
        var retry = route.GetProperty("retryPolicy");
        var codes = retry.TryGetProperty("retriableStatusCodes", out var list) ? string.Join(',', list.EnumerateArray().Select(code => code.GetInt32())) : "";
        var clusters = route.TryGetProperty("cluster", out var single)
            ? $"{single.GetString()} 1"
            : string.Join(", ", route.GetProperty("weightedClusters").GetProperty("clusters").EnumerateArray().Select(cluster => $"{cluster.GetProperty("name").GetString()} {cluster.GetProperty("weight").GetInt32()}"));
        var tokens = retry.GetProperty("retryOn").GetString()!.Split(',').Order(StringComparer.Ordinal);
        var perTry = TimeSpan.FromSeconds(double.Parse(retry.GetProperty("perTryTimeout").GetString()!.TrimEnd('s'), CultureInfo.InvariantCulture));
        return $"{clusters} timeout={route.GetProperty("timeout").GetString()} retries={retry.GetProperty("numRetries").GetInt32()} perTry={perTry} on={string.Join(',', tokens)} codes={codes}";
    }

    private static string DescribeRoute(HttpRoute route)
    {
        var forward = Assert.IsType<RouteAction.Forward>(route.Action);
        var clusters = string.Join(", ", forward.Destinations.Select(destination => $"{destination.Upstream} {destination.Weight}"));
        return $"{clusters} timeout={route.Timeout!.Value.TotalSeconds}s retries={route.Retries.Attempts} perTry={route.Retries.PerTryTimeout} on={string.Join(',', route.Retries.RetryOn.Order(StringComparer.Ordinal))} codes={string.Join(',', route.Retries.RetriableStatusCodes)}";
    }
}
