using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Config.Model;
using Meshctl.Output;

namespace Meshctl.Inspection;

/// <summary>The endpoints of an upstream as <c>meshctl endpoints</c> prints them; the fields are contract.</summary>
internal static class EndpointDocument
{
    private static readonly string[] Header =
        ["ADDRESS", "PORT", "NETWORK", "CLUSTER", "LOCALITY", "WEIGHT", "PRIORITY", "HEALTHY", "TLS", "VIA"];

    public static JsonArray ToJson(Upstream upstream) =>
        new([.. upstream.Endpoints.Select(endpoint => ToJson(upstream, endpoint))]);

    public static string ToTable(Upstream upstream) => TableText.Format(Header, upstream.Endpoints.Select(endpoint => new[]
    {
        endpoint.Address, Number(endpoint.Port), endpoint.Network, endpoint.Cluster, endpoint.Locality.ToString(), Number(endpoint.Weight),
        Number(endpoint.Priority), IsHealthy(endpoint) ? "true" : "false", Tls(endpoint), endpoint.ViaNetwork,
    }));

    private static JsonObject ToJson(Upstream upstream, ProxyEndpoint endpoint) => new()
    {
        ["address"] = endpoint.Address,
        ["port"] = endpoint.Port,
        ["network"] = endpoint.Network,
        ["cluster"] = endpoint.Cluster,
        ["locality"] = endpoint.Locality.ToString(),
        ["weight"] = endpoint.Weight,
        ["priority"] = endpoint.Priority,
        ["healthy"] = IsHealthy(endpoint),
        ["tls"] = Tls(endpoint),
        ["sni"] = endpoint.Tls == EndpointTls.Istio ? upstream.Sni : "",
        ["via"] = endpoint.ViaNetwork,
    };

    /// <summary>What has not been checked counts as healthy, as EDS health UNKNOWN does.</summary>
    private static bool IsHealthy(ProxyEndpoint endpoint) => endpoint.Health is EndpointHealth.Healthy or EndpointHealth.Unknown;

    private static string Tls(ProxyEndpoint endpoint) => endpoint.Tls == EndpointTls.Istio ? "istio" : "disabled";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
