using System.Net;
using System.Text.Json;
using Mesh.Config.Model;
using Mesh.Config.Policy;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Security;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Istiod;

/// <summary>
/// AuthorizationPolicies on TCP connections, beside what a real istiod made of the same resources for proxies that know TCP only: for each
/// policy and many connections the same ones match.
/// </summary>
public sealed class IstiodPoliciesTests
{
    private const string Converted = "converted_peer_authentication_ports";

    [Fact]
    public void The_same_connections_match_as_in_the_policies_that_istiod_sent()
    {
        var objects = Resources();
        var compared = 0;
        foreach (var recorded in Recorded())
        {
            var name = recorded.GetProperty("name").GetString()!;
            var resource = objects.OfType<AuthorizationPolicy>().SingleOrDefault(policy =>
                policy.Metadata.Name == name && policy.Metadata.Namespace == recorded.GetProperty("namespace").GetString());
            if (resource is null) continue;
            var policy = Policy(resource, resource.Spec.Selector, resource.Metadata.Namespace == "istio-system" ? "prod" : resource.Metadata.Namespace);
            foreach (var connection in Connections())
            {
                var verdict = policy.Authorize(connection);
                var matches = resource.Spec.Action == AuthorizationAction.Deny ? !verdict.Allowed : verdict.Allowed;
                Assert.True(
                    RecordedMatches(recorded, connection) == matches,
                    $"{name}: {connection.PeerIdentity} {connection.SourceAddress} port {connection.DestinationPort}: {string.Join('\n', policy.Explain(connection))}");
                compared++;
            }
        }

        Assert.Equal(9 * Connections().Count(), compared);
    }

    [Fact]
    public void Ports_that_demand_mTLS_are_those_that_istiod_closes_to_plain_text()
    {
        var resource = Resources().OfType<PeerAuthentication>().Single(policy => policy.Metadata.Name == "ports");
        var policy = Policy(resource, resource.Spec.Selector, "prod");
        var recorded = Recorded().Single(authorization => authorization.GetProperty("name").GetString() == Converted);
        foreach (var connection in Connections().Where(connection => connection.PeerIdentity is null))
            Assert.Equal(RecordedMatches(recorded, connection), policy.Mtls(connection.DestinationPort).Mode == MtlsMode.Strict);
    }

    private static List<MeshObject> Resources()
    {
        var folder = Path.Combine(SharedCases.Folder("istiod"), "cluster");
        return
        [
            .. new[] { "32-security.yaml", "33-more-policies.yaml" }
                .SelectMany(file => TestMesh.Read(File.ReadAllText(Path.Combine(folder, file)), file)),
        ];
    }

    private static WorkloadPolicy Policy(MeshObject resource, PolicySelector? selector, string workloadNamespace) =>
        TestMesh.Load(("eks-a", MeshYaml.Write(resource))).ViewFrom(new ProxyScope
        {
            Cluster = "eks-a",
            Namespace = workloadNamespace,
            Labels = selector?.MatchLabels ?? TestMesh.Labels(),
        }).Policy;

    private static List<JsonElement> Recorded()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedCases.Folder("istiod"), "wds", "wds-policies.json")));
        return
        [
            .. document.RootElement.GetProperty("events").EnumerateArray()
                .First(e => e.GetProperty("kind").GetString() == "recv" && e.GetProperty("type").GetString() == "Authorization")
                .GetProperty("message").GetProperty("resources").EnumerateArray()
                .Select(resource => resource.GetProperty("resource").Clone()),
        ];
    }

    private static IEnumerable<PolicyRequest> Connections() =>
        from identity in new[]
        {
            null, "cluster.local/ns/prod/sa/checkout", "cluster.local/ns/prod/sa/legacy-billing", "cluster.local/ns/prod/sa/payments",
            "cluster.local/ns/test/sa/checkout", "cluster.local/ns/quarantine/sa/x", "cluster.local/ns/quarantine-2/sa/x", "other/ns/prod/sa/checkout",
        }
        from address in new[] { "10.0.1.31", "10.9.3.4", "192.0.2.1" }
        from port in new[] { 8080, 8081, 9080, 9090 }
        select new PolicyRequest
        {
            IsHttp = false,
            PeerIdentity = identity is null ? null : "spiffe://" + identity,
            SourceAddress = IPAddress.Parse(address),
            DestinationPort = port,
        };

    /// <summary>Groups are alternatives, the rules of a group all hold, the matches of a rule are alternatives, the fields of a match all hold.</summary>
    private static bool RecordedMatches(JsonElement authorization, PolicyRequest connection) =>
        Items(authorization, "groups").Any(group =>
            Items(group, "rules").All(rule => Items(rule, "matches").Any(match => MatchHolds(match, connection))));

    private static bool MatchHolds(JsonElement match, PolicyRequest connection) => match.EnumerateObject().All(field =>
    {
        var negative = field.Name.StartsWith("not", StringComparison.Ordinal);
        var name = negative ? char.ToLowerInvariant(field.Name[3]) + field.Name[4..] : field.Name;
        return field.Value.EnumerateArray().Any(value => ValueMatches(name, value, connection)) != negative;
    });

    private static bool ValueMatches(string field, JsonElement value, PolicyRequest connection)
    {
        var principal = connection.PeerIdentity?["spiffe://".Length..];
        return field switch
        {
            "principals" => principal is not null && TextMatches(value, principal),
            "namespaces" => principal is not null && TextMatches(value, principal.Split('/')[2]),
            "destinationPorts" => value.GetInt32() == connection.DestinationPort,
            "sourceIps" => new IPNetwork(
                new IPAddress(Convert.FromBase64String(value.GetProperty("address").GetString()!)), value.GetProperty("length").GetInt32())
                .Contains(connection.SourceAddress!),
            _ => throw new InvalidOperationException($"field {field} is not known here"),
        };
    }

    private static bool TextMatches(JsonElement match, string text)
    {
        var kind = match.EnumerateObject().Single();
        return kind.Name switch
        {
            "exact" => text == kind.Value.GetString(),
            "prefix" => text.StartsWith(kind.Value.GetString()!, StringComparison.Ordinal),
            "suffix" => text.EndsWith(kind.Value.GetString()!, StringComparison.Ordinal),
            _ => true,
        };
    }

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();
}
