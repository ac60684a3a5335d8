using System.Text.Json;
using Mesh.DataPlane.Admin;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Upstreams;
using Mesh.Hosting.Admin;
using Mesh.Hosting.Health;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Metrics;

namespace Mesh.VmAgent.Admin;

/// <summary>The admin listener: readiness, status, metrics, and what the agent knows of the mesh.</summary>
public sealed class AdminPages
{
    public const string StatusPath = "/status";

    private readonly AdminSite site = new();

    public AdminPages(
        string process, IReadiness readiness, Func<AgentStatus> status, IReadOnlyList<IMetricSource> metrics, IReadOnlyList<ProxyFacet> facets,
        IWorkloadIdentity identity, LogLevels levels)
    {
        site.AddCommon(readiness, metrics, levels);
        site.Add(
            "/clusters", "destinations and endpoints with their state, as Envoy writes them; ?format=json",
            new ClustersPage(facets, NoEndpointHealth.Instance).AnswerAsync);
        site.Add("/config_dump", "destinations and secrets as JSON; ?resource=clusters|secrets", new ConfigDumpPage(process, facets, identity).AnswerAsync);
        site.Add(StatusPath, "identity, registration, health and configuration as JSON", context =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            return context.Response.WriteAsync(
                JsonSerializer.Serialize(status(), AdminJson.Default.AgentStatus) + "\n", context.RequestAborted);
        });
    }

    public Task HandleAsync(HttpContext context) => site.HandleAsync(context);
}
