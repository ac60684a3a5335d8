using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Mesh.Config.Model;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Istiod;

/// <summary>The same topology as a real istiod had: the same endpoints, weights, priorities and mTLS ability must come out.</summary>
public sealed class IstiodEndpointsTests
{
    [Theory]
    [InlineData("eds-view-vpc-a.json")]
    [InlineData("eds-view-vpc-b.json")]
    [InlineData("eds-view-vpc-legacy.json")]
    [InlineData("eds-view-no-network.json")]
    [InlineData("eds-view-vpc-c.json")]
    [InlineData("eds-view-eastwest-gateway.json")]
    public void A_proxy_sees_the_endpoints_that_istiod_sends_it(string recording)
    {
        var path = Path.Combine(SharedCases.Folder("istiod"), "eds", recording);
        var view = RecordedTopology.Load().ViewFrom(ScopeOf(path, out _));

        var answers = RecordedEds.Load(path);
        Assert.Equal(13, answers.Count);
        Assert.True(answers["outbound|8080||payments.prod.svc.cluster.local"].Count >= 3);
        foreach (var (cluster, expected) in answers)
        {
            var actual = cluster.StartsWith("outbound_.", StringComparison.Ordinal)
                ? DescribePassthrough(view, cluster)
                : Describe(view.FindUpstream(ParseClusterName(cluster))?.Endpoints ?? []);
            Assert.Equal((cluster, string.Join('\n', expected)), (cluster, string.Join('\n', actual)));
        }
    }

    [Fact]
    public void Pods_stand_in_for_slices_that_are_not_there()
    {
        var path = Path.Combine(SharedCases.Folder("istiod"), "eds", "eds-view-vpc-a.json");
        var snapshot = RecordedTopology.Load(withSlices: false);
        var view = snapshot.ViewFrom(ScopeOf(path, out _));

        var expected = RecordedEds.Load(path)["outbound|8080||payments.prod.svc.cluster.local"];
        var actual = Describe(view.FindUpstream(new UpstreamKey("payments.prod.svc.cluster.local", 8080))!.Endpoints);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("ISTIO_MUTUAL", 0)]
    [InlineData("DISABLE", 1)]
    [InlineData("SIMPLE", 2)]
    public void A_tls_mode_of_the_DestinationRule_decides_who_can_be_reached_across_networks(string mode, int order)
    {
        var path = Path.Combine(SharedCases.Folder("istiod"), "eds", "eds-destinationrule-tls.json");
        const string rule = "      outlierDetection:\n        baseEjectionTime";
        var snapshot = RecordedTopology.Load(text => text.Contains("kind: DestinationRule", StringComparison.Ordinal)
            ? text.Replace(rule, $"      tls: {{mode: {mode}}}\n{rule}", StringComparison.Ordinal)
            : text);
        foreach (var stream in new[] { "vpc-a", "vpc-legacy" })
        {
            var scope = ScopeOf(Path.Combine(Path.GetDirectoryName(path)!, $"eds-view-{stream}.json"), out _);
            var expected = NthAnswer(path, stream, order);
            var actual = Describe(snapshot.ViewFrom(scope).FindUpstream(new UpstreamKey("payments.prod.svc.cluster.local", 8080))!.Endpoints);
            Assert.Equal((stream, string.Join('\n', expected)), (stream, string.Join('\n', actual)));
        }
    }

    private static List<string> NthAnswer(string path, string stream, int order)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        var answers = document.RootElement.GetProperty("events").EnumerateArray()
            .Where(e => e.GetProperty("kind").GetString() == "recv" && e.GetProperty("stream").GetString() == stream)
            .ToArray();
        var wrapped = JsonSerializer.Serialize(new { events = new[] { answers[order] } });
        var temporary = Path.GetTempFileName();
        try
        {
            File.WriteAllText(temporary, wrapped);
            return RecordedEds.Load(temporary)["outbound|8080||payments.prod.svc.cluster.local"];
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static UpstreamKey ParseClusterName(string name)
    {
        var parts = name.Split('|');
        return new UpstreamKey(parts[3], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]);
    }

    /// <summary>
    /// An <c>outbound_.</c> cluster exists for everybody in istiod; here only gateways resolve such a name, so other
    /// proxies are compared by dropping what does not accept mTLS.
    /// </summary>
    private static List<string> DescribePassthrough(MeshView view, string sni)
    {
        if (view.Scope.Type == ProxyType.Router)
            return view.TryResolvePassthrough(sni, ["*.local"], out var upstream, out _) ? Describe(upstream.Endpoints) : [];
        Assert.True(UpstreamKey.TryParseSni(sni, out var key));
        return Describe([.. (view.FindUpstream(key)?.Endpoints ?? []).Where(endpoint => endpoint.Tls == EndpointTls.Istio)]);
    }

    private static List<string> Describe(ImmutableArray<ProxyEndpoint> endpoints) =>
    [
        .. endpoints.Select(endpoint => string.Create(
                CultureInfo.InvariantCulture,
                $"P{endpoint.Priority} {(endpoint.Locality.IsUnknown ? "-" : endpoint.Locality.ToString())} {endpoint.Address}:{endpoint.Port} {endpoint.Weight} {(endpoint.Tls == EndpointTls.Istio ? "mtls" : "plain")} {endpoint.Health.ToString().ToUpperInvariant()}"))
            .Order(StringComparer.Ordinal),
    ];

    private static ProxyScope ScopeOf(string recording, out JsonElement node)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(recording));
        node = document.RootElement.GetProperty("events").EnumerateArray()
            .Where(e => e.GetProperty("kind").GetString() == "send")
            .Select(e => e.GetProperty("message"))
            .First(message => message.TryGetProperty("node", out _))
            .GetProperty("node").Clone();
        var metadata = node.GetProperty("metadata");
        var locality = node.GetProperty("locality");
        return new ProxyScope
        {
            Type = node.GetProperty("id").GetString()!.StartsWith("router", StringComparison.Ordinal) ? ProxyType.Router : ProxyType.Sidecar,
            Cluster = metadata.GetProperty("CLUSTER_ID").GetString()!,
            Network = Text(metadata, "NETWORK"),
            Namespace = metadata.GetProperty("NAMESPACE").GetString()!,
            Locality = new Locality(locality.GetProperty("region").GetString()!, locality.GetProperty("zone").GetString()!),
            Labels = metadata.GetProperty("LABELS").EnumerateObject()
                .ToImmutableSortedDictionary(label => label.Name, label => label.Value.GetString()!),
            RequestedNetworks = Text(metadata, "REQUESTED_NETWORK_VIEW") is { Length: > 0 } networks ? [.. networks.Split(',')] : [],
        };
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString()! : "";
}
