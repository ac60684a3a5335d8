using System.Net;
using Mesh.Config.Model;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Identity;
using Mesh.Gateway.Admin;
using Mesh.Gateway.Configuration;
using Mesh.Hosting;
using Mesh.Hosting.Health;
using Mesh.Hosting.Metrics;
using Mesh.Hosting.Networking;

namespace Mesh.Gateway.Hosting;

/// <summary>Starts the parts in order and stops them after the drain: health and admin first, so that a start can be watched.</summary>
internal sealed class GatewayService(
    GatewaySettings settings,
    IWorkloadIdentity identity,
    IServiceProvider services,
    GatewayRuntime runtime,
    AdminApplication admin,
    IEnumerable<IMetricSource> metrics,
    Readiness readiness,
    TimeProvider time,
    ILoggerFactory loggers) : IHostedService, IDisposable
{
    /// <summary>How often it is looked whether the certificate at hand has expired.</summary>
    private static readonly TimeSpan ExpiryCheck = TimeSpan.FromSeconds(10);

    private readonly ReadinessCondition certificate = readiness.Add("identity", "no certificate yet");
    private readonly List<HttpServer> servers = [];
    private MeshModel? model;
    private ITimer? expiry;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await ListenAsync(new IPEndPoint(settings.WorkloadAddress, settings.HealthPort), "health-port", HealthAsync, cancellationToken);
        await ListenForScrapesAsync(cancellationToken);
        if (settings.Admin is { } endPoint) await ListenAsync(endPoint, "admin", admin.HandleAsync, cancellationToken);

        identity.Changed += Certified;
        expiry = time.CreateTimer(_ => Certified(), null, TimeSpan.Zero, ExpiryCheck);
        if (identity is CaWorkloadIdentity fromCa) fromCa.Start();

        runtime.Start();
        // Created here and not before, so that nothing is read when a port is taken.
        model = services.GetRequiredService<MeshModel>();
        model.Published += runtime.Publish;
        runtime.Publish(model.Current);
        loggers.CreateLogger<GatewayService>().Started(
            settings.Name, settings.Id.ToString(), settings.Cluster, settings.Network, string.Join(", ", settings.Roles));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (model is not null) model.Published -= runtime.Publish;
        identity.Changed -= Certified;
        Dispose();
        foreach (var server in servers)
        {
            await server.StopAsync(cancellationToken);
            await server.DisposeAsync();
        }
    }

    public void Dispose() => expiry?.Dispose();

    private Task HealthAsync(HttpContext context)
    {
        if (context.Request.Path.Equals(HealthEndpoint.Path, StringComparison.Ordinal)) return HealthEndpoint.AnswerAsync(context, readiness);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>That somebody else has the port keeps no request from being served: metrics are still on the admin listener then.</summary>
    private async Task ListenForScrapesAsync(CancellationToken cancellationToken)
    {
        if (settings.MetricsPort == 0) return;
        try
        {
            await ListenAsync(new IPEndPoint(settings.WorkloadAddress, settings.MetricsPort), "metrics-port", ScrapeAsync, cancellationToken);
        }
        catch (StartupException error)
        {
            loggers.CreateLogger<GatewayService>().NoMetricsPort(error.Message);
        }
    }

    private Task ScrapeAsync(HttpContext context)
    {
        if (context.Request.Path.Equals(MetricsEndpoint.Path, StringComparison.Ordinal)) return MetricsEndpoint.AnswerAsync(context, metrics);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private void Certified()
    {
        if (identity.Current is not { } current) return;
        if (current.NotAfter > time.GetUtcNow()) certificate.Met();
        else certificate.NotMet($"the certificate expired at {current.NotAfter:u} and was not renewed");
    }

    private async Task ListenAsync(IPEndPoint endPoint, string option, RequestDelegate handle, CancellationToken cancellationToken)
    {
        ListenErrors.EnsureFree(endPoint, option);
        servers.Add(await HttpServer.StartAsync(endPoint, listen => listen.UseHttp1OrHttp2Cleartext(), handle, loggers, cancellationToken));
    }
}
