using System.Diagnostics.CodeAnalysis;
using Mesh.Config.Model;
using Mesh.DataPlane.Bootstrap;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Telemetry;
using Mesh.DataPlane.Upstreams;
using Mesh.Gateway.Admin;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Tls;
using Mesh.Hosting;
using Mesh.Hosting.AccessLogs;
using Mesh.Hosting.Health;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Shutdown;
using Mesh.Istiod.Ca;
using Mesh.Kubernetes.Sources;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway.Hosting;

/// <summary>The composition root: everything a gateway process consists of, put together from its settings.</summary>
internal static class GatewayHost
{
    public static IHost Build(GatewaySettings settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var levels = new LogLevels(settings.LogLevel);
        builder.Logging.AddMeshConsole(levels);
        // What fails at the start is told in one line by the process frame, not with a stack trace here.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // Kestrel warns that plain ports have no HTTP/2, which ours have: the preface is recognised.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(levels);
        services.AddSingleton(TimeProvider.System);
        services.AddDrain(new Readiness(), settings.DrainDelay + settings.DrainTimeout);
        services.AddHttpForwarder();
        services.AddSingleton(_ => OpenAccessLog(settings));
        services.AddSingleton<IAccessLog>(provider => provider.GetRequiredService<ProxyAccessLog>());
        services.AddSingleton(provider => CreateIdentity(settings, provider));
        services.AddSingleton(provider => CreateModel(settings, provider.GetRequiredService<TimeProvider>()));
        AddDataPlane(services, settings);
        services.AddTelemetry(settings);
        services.AddCollection(settings);
        services.TryAddSingleton<IEndpointHealth>(NoEndpointHealth.Instance);
        services.AddHostedService<GatewayService>();
        return builder.Build();
    }

    private static void AddDataPlane(IServiceCollection services, GatewaySettings settings)
    {
        services.AddSingleton(provider => new UpstreamConnector(
            provider.GetRequiredService<IWorkloadIdentity>(), provider.GetRequiredService<TimeProvider>(), settings.WorkloadAddress,
            settings.Http.KeepAlive));
        services.AddSingleton<UpstreamChannels>();
        services.AddSingleton(provider => new CertificateStore(
            settings.Credentials, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<CertificateStore>>()));
        services.AddSingleton(provider => new RoleFactory(
            settings,
            provider.GetRequiredService<IWorkloadIdentity>(),
            provider.GetRequiredService<CertificateStore>(),
            provider.GetRequiredService<IEndpointHealth>(),
            provider.GetRequiredService<IHttpForwarder>(),
            provider.GetRequiredService<UpstreamChannels>(),
            provider.GetRequiredService<UpstreamConnector>(),
            provider.GetRequiredService<IAccessLog>(),
            provider.GetRequiredService<ProxyTelemetry>(),
            provider.GetRequiredService<PeerExchange>(),
            provider.GetRequiredService<RequestTracing>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => new GatewayRuntime(
            [.. settings.Roles.Select(provider.GetRequiredService<RoleFactory>().Create)],
            provider.GetRequiredService<Readiness>(),
            settings.DrainDelay,
            snapshot => provider.GetRequiredService<ObservabilityFollower>().FollowAsync(snapshot, settings.ScopeOf(settings.Roles[0])),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<GatewayRuntime>>()));
        services.AddSingleton<IDrainStep>(provider => provider.GetRequiredService<GatewayRuntime>());
        services.AddSingleton<AdminApplication>();
        services.AddSingleton(provider => new StatusReader(
            settings.Name,
            provider.GetRequiredService<GatewayRuntime>(),
            provider.GetRequiredService<Readiness>(),
            provider.GetRequiredService<IWorkloadIdentity>(),
            provider.GetRequiredService<CertificateStore>(),
            provider.GetRequiredService<IEndpointHealth>(),
            provider.GetRequiredService<ObservabilityFollower>()));
    }

    private static ProxyAccessLog OpenAccessLog(GatewaySettings settings)
    {
        try
        {
            return new ProxyAccessLog(settings.AccessLog, settings.AccessLogFormat);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"cannot write --access-log {settings.AccessLog}: {error.Message}", ExitCodes.Failed, error);
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The container disposes its singletons.")]
    private static IWorkloadIdentity CreateIdentity(GatewaySettings settings, IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        if (settings.Identity.Folder is { } folder)
            return FileWorkloadIdentity.Load(folder, time, provider.GetRequiredService<ILogger<FileWorkloadIdentity>>());

        CaWorkloadIdentity? identity = null;
        var client = new CaClient(
            new CaClientOptions
            {
                Address = settings.Identity.Authority!,
                RootFile = settings.CaRoot!,
                TokenFile = settings.CaToken,
                ServerName = settings.CaServerName,
                Ttl = settings.CertificateTtl,
                ClusterId = settings.Cluster,
                ClientCertificate = () => identity?.Current is { } current && current.NotAfter > time.GetUtcNow() ? current.Context : null,
            },
            time);
        identity = new CaWorkloadIdentity(
            new CaWorkloadIdentityOptions { Id = settings.Id }, client.CreateCertificateAsync, time,
            provider.GetRequiredService<ILogger<CaWorkloadIdentity>>());
        return identity;
    }

    private static MeshModel CreateModel(GatewaySettings settings, TimeProvider time) => MeshModel.Start(
        MeshSources.Open(settings.Sources, settings.Cluster, settings.Namespace, time),
        new SystemHostLookup(),
        new MeshModelOptions { TrustDomain = settings.TrustDomain, SyncDeadline = settings.SyncDeadline, WaitsForSources = true },
        time);
}
