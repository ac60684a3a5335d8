using System.Globalization;
using System.Text;
using System.Text.Json;
using Mesh.Config.Model;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.Admin;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Admin;

/// <summary><c>/clusters</c>: destinations with their endpoints and state, as Envoy writes them, in text or with <c>?format=json</c>.</summary>
/// <remarks>Source: Envoy, "Administration interface: /clusters".</remarks>
public sealed class ClustersPage(IReadOnlyList<ProxyFacet> facets, IEndpointHealth health)
{
    /// <summary>Envoy's word for no limit.</summary>
    private const long Unlimited = 4294967295;

    public Task AnswerAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Request.Query["format"] == "json"
            ? JsonPage.WriteAsync(context, WriteJson)
            : AdminSite.TextAsync(context, StatusCodes.Status200OK, Text());
    }

    private string Text()
    {
        var text = new StringBuilder();
        foreach (var (upstream, state) in All())
        {
            var name = upstream.Key.ClusterName;
            var policy = upstream.Policy;
            Line(name, "observability_name", name);
            Line(name, "default_priority::max_connections", policy.MaxConnections ?? Unlimited);
            Line(name, "default_priority::max_pending_requests", policy.Http1MaxPendingRequests ?? Unlimited);
            Line(name, "default_priority::max_requests", policy.Http2MaxRequests ?? Unlimited);
            Line(name, "default_priority::max_retries", policy.MaxRetries ?? Unlimited);
            Line(name, "added_via_api", "true");
            foreach (var endpoint in upstream.Endpoints)
            {
                var host = $"{name}::{EndpointId.Of(endpoint)}";
                Line(host, "rq_active", state.Of(endpoint).Active);
                Line(host, "hostname", endpoint.Workload);
                Line(host, "health_flags", string.Join("", Flags(endpoint, state).Select(flag => "/" + flag)) is { Length: > 0 } flags ? flags : "healthy");
                Line(host, "weight", endpoint.Weight);
                Line(host, "region", endpoint.Locality.Region);
                Line(host, "zone", endpoint.Locality.Zone);
                Line(host, "sub_zone", endpoint.Locality.SubZone);
                Line(host, "canary", "false");
                Line(host, "priority", endpoint.Priority);
                Line(host, "success_rate", "-1");
            }
        }

        return text.ToString();

        void Line(string subject, string name, object value) =>
            text.Append(subject).Append("::").Append(name).Append("::").Append(string.Create(CultureInfo.InvariantCulture, $"{value}")).Append('\n');
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("cluster_statuses");
        foreach (var (upstream, state) in All())
        {
            json.WriteStartObject();
            json.WriteString("name", upstream.Key.ClusterName);
            json.WriteBoolean("added_via_api", true);
            json.WriteString("observability_name", upstream.Key.ClusterName);
            json.WriteStartArray("host_statuses");
            foreach (var endpoint in upstream.Endpoints) WriteHost(json, endpoint, state);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteHost(Utf8JsonWriter json, ProxyEndpoint endpoint, UpstreamState state)
    {
        json.WriteStartObject();
        json.WriteStartObject("address");
        json.WriteStartObject("socket_address");
        json.WriteString("address", endpoint.Address);
        json.WriteNumber("port_value", endpoint.Port);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("stats");
        json.WriteStartObject();
        json.WriteString("type", "GAUGE");
        json.WriteString("value", state.Of(endpoint).Active.ToString(CultureInfo.InvariantCulture));
        json.WriteString("name", "rq_active");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("health_status");
        json.WriteString("eds_health_status", endpoint.Health switch
        {
            EndpointHealth.Unhealthy => "UNHEALTHY",
            EndpointHealth.Draining => "DRAINING",
            _ => "HEALTHY",
        });
        foreach (var flag in Flags(endpoint, state).Where(flag => flag != "failed_eds_health")) json.WriteBoolean(flag, true);
        json.WriteEndObject();
        json.WriteNumber("weight", endpoint.Weight);
        json.WriteString("hostname", endpoint.Workload);
        json.WriteNumber("priority", endpoint.Priority);
        json.WriteStartObject("locality");
        json.WriteString("region", endpoint.Locality.Region);
        json.WriteString("zone", endpoint.Locality.Zone);
        json.WriteString("sub_zone", endpoint.Locality.SubZone);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private IEnumerable<string> Flags(ProxyEndpoint endpoint, UpstreamState state)
    {
        if (health.IsDown(endpoint)) yield return "failed_active_health_check";
        if (state.Of(endpoint).IsEjected) yield return "failed_outlier_check";
        if (endpoint.Health is EndpointHealth.Unhealthy or EndpointHealth.Draining) yield return "failed_eds_health";
    }

    private IEnumerable<(Upstream Upstream, UpstreamState State)> All() =>
        facets.SelectMany(facet => facet.View()?.Upstreams.Select(upstream => (upstream, facet.States.Of(upstream))) ?? [])
            // A destination that several sides know is shown as the first of them sees it.
            .DistinctBy(pair => pair.upstream.Key);
}
