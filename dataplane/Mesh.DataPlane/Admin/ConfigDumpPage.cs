using System.Globalization;
using System.Text.Json;
using Mesh.Config.Model;
using Mesh.Config.Routing;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Admin;

/// <summary>
/// <c>/config_dump</c>: listeners, routes, clusters with their endpoints, and secrets, in Envoy's sections. Keys are never shown.
/// <c>?resource=</c> picks a section.
/// </summary>
public sealed class ConfigDumpPage(string process, IReadOnlyList<ProxyFacet> facets, IWorkloadIdentity identity)
{
    private const string Masked = "[redacted]";

    public Task AnswerAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var wanted = context.Request.Query["resource"].ToString();
        return JsonPage.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("process", process);
            json.WriteStartArray("configs");
            foreach (var facet in facets)
            {
                if (facet.View() is not { } view) continue;
                Section("listeners", facet, view, WriteListeners);
                Section("routes", facet, view, WriteRoutes);
                Section("clusters", facet, view, WriteClusters);
            }

            if (wanted is "" or "secrets") WriteSecrets(json);
            json.WriteEndArray();
            json.WriteEndObject();

            void Section(string name, ProxyFacet facet, MeshView view, Action<Utf8JsonWriter, MeshView> write)
            {
                if (wanted.Length > 0 && wanted != name) return;
                json.WriteStartObject();
                json.WriteString("section", name);
                json.WriteString("role", facet.Name);
                json.WriteString("version_info", view.Version.ToString(CultureInfo.InvariantCulture));
                json.WriteStartArray(name);
                write(json, view);
                json.WriteEndArray();
                json.WriteEndObject();
            }
        });
    }

    private static void WriteListeners(Utf8JsonWriter json, MeshView view)
    {
        foreach (var listener in view.Listeners)
        {
            json.WriteStartObject();
            json.WriteString("name", NameOf(listener));
            json.WriteString("address", listener.Bind);
            json.WriteNumber("port", listener.Port);
            json.WriteString("protocol", listener.Protocol);
            json.WriteStartArray("filter_chains");
            foreach (var server in listener.Servers)
            {
                json.WriteStartObject();
                json.WriteString("gateway", server.Gateway);
                Texts(json, "server_names", server.Hosts);
                json.WriteString("tls_mode", server.Tls.Mode.ToString());
                if (server.Tls.CredentialName.Length > 0) json.WriteString("credential_name", server.Tls.CredentialName);
                if (server.Tls.ServerCertificate.Length > 0) json.WriteString("server_certificate", server.Tls.ServerCertificate);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("l4_routes");
            foreach (var route in listener.TlsRoutes.Concat(listener.TcpRoutes))
            {
                json.WriteStartObject();
                json.WriteString("origin", route.Origin);
                Texts(json, "server_names", route.SniHosts);
                WriteDestinations(json, route.Destinations);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static void WriteRoutes(Utf8JsonWriter json, MeshView view)
    {
        foreach (var listener in view.Listeners.Where(listener => listener.Routes.Entries.Any()))
        {
            json.WriteStartObject();
            json.WriteString("name", NameOf(listener));
            json.WriteStartArray("virtual_hosts");
            foreach (var host in listener.Routes.Entries.GroupBy(entry => entry.Domain))
            {
                json.WriteStartObject();
                json.WriteString("domain", host.Key);
                json.WriteStartArray("routes");
                foreach (var entry in host) WriteRoute(json, entry);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static void WriteRoute(Utf8JsonWriter json, RouteEntry entry)
    {
        var route = entry.Route;
        json.WriteStartObject();
        json.WriteString("name", route.Name);
        json.WriteString("origin", route.Origin);
        Texts(json, "match", entry.Matches);
        switch (route.Action)
        {
            case RouteAction.Forward forward:
                WriteDestinations(json, forward.Destinations);
                break;
            case RouteAction.Redirect redirect:
                json.WriteNumber("redirect", redirect.Code);
                break;
            case RouteAction.DirectResponse direct:
                json.WriteNumber("direct_response", direct.Status);
                break;
        }

        if (route.Timeout is { } timeout) json.WriteNumber("timeout_seconds", timeout.TotalSeconds);
        if (route.Retries.Attempts > 0)
        {
            json.WriteStartObject("retry_policy");
            json.WriteNumber("num_retries", route.Retries.Attempts);
            json.WriteString("retry_on", string.Join(",", route.Retries.RetryOn.Order(StringComparer.Ordinal)));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteDestinations(Utf8JsonWriter json, IEnumerable<WeightedDestination> destinations)
    {
        json.WriteStartArray("weighted_clusters");
        foreach (var destination in destinations)
        {
            json.WriteStartObject();
            json.WriteString("name", destination.Upstream.ClusterName);
            json.WriteNumber("weight", destination.Weight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteClusters(Utf8JsonWriter json, MeshView view)
    {
        foreach (var upstream in view.Upstreams)
        {
            json.WriteStartObject();
            json.WriteString("name", upstream.Key.ClusterName);
            json.WriteString("protocol", upstream.Protocol.ToString());
            json.WriteString("lb_policy", upstream.Policy.LoadBalancer.ToString());
            json.WriteNumber("connect_timeout_seconds", upstream.Policy.ConnectTimeout.TotalSeconds);
            json.WriteString("tls", upstream.Tls.ToString());
            json.WriteString("sni", upstream.Sni);
            Texts(json, "match_subject_alt_names", upstream.ExpectedIdentities);
            json.WriteStartArray("lb_endpoints");
            foreach (var endpoint in upstream.Endpoints)
            {
                json.WriteStartObject();
                json.WriteString("address", EndpointId.Of(endpoint).ToString());
                json.WriteString("workload", endpoint.Workload);
                json.WriteString("network", endpoint.Network);
                json.WriteString("via_network", endpoint.ViaNetwork);
                json.WriteString("locality", endpoint.Locality.ToString());
                json.WriteNumber("weight", endpoint.Weight);
                json.WriteNumber("priority", endpoint.Priority);
                json.WriteString("health", endpoint.Health.ToString());
                json.WriteString("tls", endpoint.Tls.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private void WriteSecrets(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("section", "secrets");
        json.WriteStartArray("secrets");
        if (identity.Current is { } current)
        {
            var leaf = current.Context.TargetCertificate;
            json.WriteStartObject();
            json.WriteString("name", "default");
            json.WriteString("identity", current.Id.ToString());
            json.WriteString("serial_number", leaf.SerialNumber.ToLowerInvariant());
            json.WriteString("issuer", leaf.Issuer);
            json.WriteString("valid_from", current.NotBefore);
            json.WriteString("expiration_time", current.NotAfter);
            json.WriteString("private_key", Masked);
            json.WriteEndObject();
            json.WriteStartObject();
            json.WriteString("name", "ROOTCA");
            json.WriteStartArray("trusted_ca");
            foreach (var root in current.Roots)
            {
                json.WriteStartObject();
                json.WriteString("subject", root.Subject);
                json.WriteString("serial_number", root.SerialNumber.ToLowerInvariant());
                json.WriteString("expiration_time", root.NotAfter.ToUniversalTime());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        // Certificates of servers are files or Secrets; which ones is told, what is in them is theirs.
        foreach (var name in facets.SelectMany(facet => facet.View()?.Listeners ?? []).SelectMany(listener => listener.Servers)
            .Select(server => server.Tls.CredentialName.Length > 0 ? "kubernetes://" + server.Tls.CredentialName : server.Tls.ServerCertificate)
            .Where(name => name.Length > 0).Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("private_key", Masked);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string NameOf(GatewayListener listener) =>
        string.Create(CultureInfo.InvariantCulture, $"{(listener.Bind.Length > 0 ? listener.Bind : "0.0.0.0")}_{listener.Port}");

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
