using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Sources;
using Mesh.DataPlane.Registration;
using Mesh.DataPlane.Upstreams;
using Mesh.Gateway.Collection;
using Mesh.Gateway.Configuration;
using Mesh.Hosting;
using Mesh.Hosting.Metrics;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Leases;
using Mesh.Kubernetes.Registration;

namespace Mesh.Gateway.Hosting;

/// <summary>Adds what looks after the machines of the gateway's own network.</summary>
internal static class CollectionSetup
{
    private const string CollectorLease = "mesh-collector";

    /// <summary>
    /// East-west gateways probe the agents of their network and stop calling dead ones at once; one that is told a registration folder
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
        services.AddSingleton<IMetricSource>(provider => provider.GetRequiredService<CollectionMetrics>());
        if (settings.CollectRegistrations is { } place)
        {
            services.AddSingleton<IWorkloadRegistry>(provider => place.Server is { } server
                ? KubeWorkloadRegistry.Open(server, "collect-registrations", provider.GetRequiredService<TimeProvider>())
                : new FileWorkloadRegistry(place.Folder));
        }

        if (settings.CollectRegistrations?.Server is { } leasing) services.AddLeaseCollection(settings, leasing, options);
        services.AddHostedService(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var runtime = provider.GetRequiredService<GatewayRuntime>();
            // In an API server the machines' own Leases say who is dead; a folder has none.
            var collector = settings.CollectRegistrations?.Server is null && provider.GetService<IWorkloadRegistry>() is { } registry
                ? new RegistrationCollector(
                    registry, options, provider.GetRequiredService<CollectionMetrics>(), time,
                    provider.GetRequiredService<ILogger<RegistrationCollector>>())
                : null;
            return new CollectionService(
                () => runtime.Current, settings.Network, provider.GetRequiredService<AgentProber>(), collector, options, time);
        });
        return services;
    }

    /// <summary>All gateways that collect in an API server elect one of them.</summary>
    private static void AddLeaseCollection(
        this IServiceCollection services, GatewaySettings settings, ApiServerSpec server, CollectionOptions options)
    {
        services.AddSingleton<IMachineLeases>(provider => new MachineLeases(Access(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ILeaseStore>(provider => new KubeLeaseStore(
            Access(provider), settings.Namespace, CollectorLease, provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var runtime = provider.GetRequiredService<GatewayRuntime>();
            var elector = new LeaderElector(
                provider.GetRequiredService<ILeaseStore>(), new LeaderOptions { Identity = $"{settings.Name}-{Guid.NewGuid():N}" }, time);
            return new LeaseCollectionService(
                elector,
                () => new LeaseCollector(
                    provider.GetRequiredService<IMachineLeases>(), provider.GetRequiredService<IWorkloadRegistry>(), () => Entries(runtime), options,
                    provider.GetRequiredService<CollectionMetrics>(), time, provider.GetRequiredService<ILoggerFactory>()),
                options,
                time,
                provider.GetRequiredService<ILogger<LeaseCollectionService>>());
        });

        static IEnumerable<WorkloadEntry>? Entries(GatewayRuntime runtime) =>
            runtime.Current is { Synced: true } current ? current.Objects<WorkloadEntry>().Select(item => item.Object) : null;

        ClusterAccess Access(IServiceProvider provider)
        {
            try
            {
                return ApiServerAccess.Open(server, provider.GetRequiredService<TimeProvider>());
            }
            catch (ClusterAccessException error)
            {
                throw new StartupException($"--collect-registrations {server}: {error.Message}", ExitCodes.Failed, error);
            }
        }
    }
}
