using Mesh.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Mesh.Hosting.Shutdown;

/// <summary>Adds the graceful shutdown to a host.</summary>
public static class DrainSetup
{
    /// <summary>
    /// Registers <see cref="Readiness"/> (also as <see cref="IReadiness"/>) and the drain on SIGTERM; steps are every
    /// <see cref="IDrainStep"/> in the container. A clean stop makes the host return, so the process exits with 0.
    /// </summary>
    public static IServiceCollection AddDrain(this IServiceCollection services, Readiness readiness, TimeSpan timeout)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(readiness);
        services.AddSingleton<IReadiness>(readiness);
        services.AddSingleton(new DrainOptions(timeout));
        services.AddHostedService<DrainService>();
        // The host's limit covers the drain steps and the server's own stop.
        services.Configure<HostOptions>(options => options.ShutdownTimeout = timeout + timeout);
        return services;
    }
}
