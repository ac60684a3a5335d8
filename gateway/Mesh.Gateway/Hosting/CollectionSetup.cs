using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Sources;
using Mesh.DataPlane.Registration;
using Mesh.DataPlane.Upstreams;
using Mesh.Gateway.Admin;
using Mesh.Gateway.Collection;
using Mesh.Gateway.Configuration;
using Mesh.Hosting.Metrics;
using Mesh.Kubernetes.Api;
using Mesh.Kubernetes.Leases;
using Mesh.Kubernetes.Registration;

namespace Mesh.Gateway.Hosting;

/// <summary>Adds what looks after the machines of the gateway's own network.</summary>
internal static class CollectionSetup
{
    private const string CollectorLease = "mesh-collector";

    /// <summary>
    /// East-west gateways probe the agents of their network and stop calling dead ones at once; one that is told a place of registrations
    /// cleans up there too.
    /// </summary>
    public static IServiceCollection AddCollection(this IServiceCollection services, GatewaySettings settings)
    {
        if (!settings.Roles.Contains(GatewayRole.EastWest)) return services;
        var options = new CollectionOptions();
        services.AddSingleton<IAgentCheck>(provider => new HttpAgentCheck(options.ProbeTimeout, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new AgentProber(
            settings.Network,
            provider.GetRequiredService<IAgentCheck>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AgentProber>>()));
        services.AddSingleton<IEndpointHealth>(provider => provider.GetRequiredService<AgentProber>());
        services.AddSingleton<CollectionMetrics>();
        services.AddSingleton<CollectionBoard>();
        services.AddSingleton<IMetricSource>(provider => provider.GetRequiredService<CollectionMetrics>());
        services.AddSingleton(provider =>
        {
            var runtime = provider.GetRequiredService<GatewayRuntime>();
            return new MachinesPage(
                () => runtime.Current, settings.Cluster, settings.Network, provider.GetRequiredService<AgentProber>(),
                provider.GetRequiredService<CollectionBoard>(), provider.GetRequiredService<CollectionMetrics>(), provider.GetRequiredService<TimeProvider>());
        });
        if (settings.CollectRegistrations?.Server is { } server) services.AddLeaseCollection(settings, server, options);
        services.AddHostedService(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var runtime = provider.GetRequiredService<GatewayRuntime>();
            // In an API server the machines' own Leases say who is dead; a folder has none.
            var collector = settings.CollectRegistrations is { Server: null, Folder: var folder }
                ? new RegistrationCollector(
                    new FileWorkloadRegistry(folder), options, provider.GetRequiredService<CollectionMetrics>(), time,
                    provider.GetRequiredService<ILogger<RegistrationCollector>>())
                : null;
            return new CollectionService(
                () => runtime.Current, settings.Network, provider.GetRequiredService<AgentProber>(), collector,
                provider.GetRequiredService<CollectionBoard>(), options, time);
        });
        return services;
    }

    /// <summary>All gateways that collect in an API server elect one of them.</summary>
    private static void AddLeaseCollection(
        this IServiceCollection services, GatewaySettings settings, ApiServerSpec server, CollectionOptions options)
    {
        services.AddSingleton(provider => KubeClient.Open(server, "collect-registrations", provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var client = provider.GetRequiredService<KubeClient>();
            var prober = provider.GetRequiredService<AgentProber>();
            var metrics = provider.GetRequiredService<CollectionMetrics>();
            var runtime = provider.GetRequiredService<GatewayRuntime>();
            var elector = new LeaderElector(
                new KubeLeaseStore(client, settings.Namespace, CollectorLease), new LeaderOptions { Identity = $"{settings.Name}-{Guid.NewGuid():N}" }, time);
            return new LeaseCollectionService(
                elector,
                () => new LeaseCollector(
                    new MachineLeases(client), new KubeWorkloadRegistry(client), () => Objects<WorkloadEntry>(runtime, settings.Cluster),
                    () => (Objects<WorkloadGroup>(runtime, settings.Cluster) ?? []).Select(group => group.Metadata.Namespace),
                    prober.Answers, options, metrics, time, provider.GetRequiredService<ILoggerFactory>()),
                provider.GetRequiredService<CollectionBoard>(),
                metrics,
                time,
                provider.GetRequiredService<ILogger<LeaseCollectionService>>());
        });

        // Entries of other clusters have their Leases in other API servers.
        static IEnumerable<T>? Objects<T>(GatewayRuntime runtime, string cluster) where T : MeshObject =>
            runtime.Current is { Synced: true } current ? current.Objects<T>().Where(item => item.Cluster == cluster).Select(item => item.Object) : null;
    }
}
