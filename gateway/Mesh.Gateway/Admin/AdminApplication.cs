using System.Text.Json;
using Mesh.DataPlane.Admin;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Upstreams;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Hosting;
using Mesh.Hosting.Admin;
using Mesh.Hosting.Health;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Metrics;

namespace Mesh.Gateway.Admin;

/// <summary>The admin listener, for loopback only: what the gateway knows and does.</summary>
internal sealed class AdminApplication
{
    private readonly GatewayRuntime runtime;
    private readonly StatusReader status;
    private readonly AdminSite site = new();

    public AdminApplication(
        GatewaySettings settings,
        GatewayRuntime runtime,
        StatusReader status,
        Readiness readiness,
        IWorkloadIdentity identity,
        IEndpointHealth health,
        IEnumerable<IMetricSource> metrics,
        LogLevels levels,
        MachinesPage? machines = null)
    {
        this.runtime = runtime;
        this.status = status;
        ProxyFacet[] facets = [.. runtime.Roles.Select(role => new ProxyFacet(role.Role.ToString(), () => role.Directory.View, role.Balancer.States))];
        site.AddCommon(readiness, [.. metrics], levels);
        site.Add("/clusters", "destinations and endpoints with their state, as Envoy writes them; ?format=json", new ClustersPage(facets, health).AnswerAsync);
        site.Add(
            "/config_dump", "listeners, routes, clusters and secrets as JSON; ?resource=listeners|routes|clusters|secrets",
            new ConfigDumpPage(settings.Name, facets, identity).AnswerAsync);
        site.Add("/snapshot", "destinations, endpoints with their state, listeners and diagnostics as JSON", SnapshotAsync);
        if (machines is not null)
            site.Add("/machines", "registered machines, what is known of them and what is about to be done; ?format=json", machines.AnswerAsync);
        site.Add("/stats", "a few numbers as text", context => AdminSite.TextAsync(context, StatusCodes.Status200OK, Stats()));
    }

    public Task HandleAsync(HttpContext context) => site.HandleAsync(context);

    private async Task SnapshotAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, status.Read(), AdminJson.Default.StatusSnapshot, context.RequestAborted);
    }

    private string Stats()
    {
        var lines = runtime.Roles.SelectMany(role => new[]
        {
            $"{role.Role}.listeners: {role.Listeners.Bound.Length}",
            $"{role.Role}.requests_active: {role.Balancer.States.All.Sum(state => state.Active)}",
            $"{role.Role}.endpoints_ejected: {role.Balancer.States.All.Sum(state => state.Endpoints.Count(endpoint => endpoint.Value.IsEjected))}",
        });
        return string.Concat(lines.Append($"snapshot.version: {runtime.Current?.Version ?? 0}").Select(line => line + "\n"));
    }
}
