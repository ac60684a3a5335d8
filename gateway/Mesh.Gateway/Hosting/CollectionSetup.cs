using Mesh.Config.Registration;
using Mesh.DataPlane.Registration;
using Mesh.DataPlane.Upstreams;
using Mesh.Gateway.Collection;
using Mesh.Gateway.Configuration;
using Mesh.Hosting.Metrics;
using Mesh.Kubernetes.Registration;

namespace Mesh.Gateway.Hosting;

/// <summary>Adds what looks after the machines of the gateway's own network.</summary>
internal static class CollectionSetup
{
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

        services.AddHostedService(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var runtime = provider.GetRequiredService<GatewayRuntime>();
            var collector = provider.GetService<IWorkloadRegistry>() is { } registry
                ? new RegistrationCollector(
                    registry, options, provider.GetRequiredService<CollectionMetrics>(), time,
                    provider.GetRequiredService<ILogger<RegistrationCollector>>())
                : null;
            return new CollectionService(
                () => runtime.Current, settings.Network, provider.GetRequiredService<AgentProber>(), collector, options, time);
        });
        return services;
    }
}
