using Mesh.Aws.Credentials;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Messaging.Publishing;

/// <summary>Adds what hands events of payments over to EventBridge.</summary>
internal static class PublishingSetup
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static IServiceCollection AddPublishing(this IServiceCollection services, EventBusAddress address, Aws.AwsEnvironment environment)
    {
        var region = address.Region ?? environment.Region!;
        var endpoint = environment.ConfiguredEndpoint("eventbridge") ?? environment.Endpoint("events", region);
        services.AddSingleton<IEventPublisher>(provider => new EventBridgePublisher(
            new HttpClient { Timeout = Timeout }, endpoint, region, address.Bus, provider.GetRequiredService<IAwsCredentialsProvider>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new EventRelayStore(
            provider.GetRequiredService<IDatabase>(), provider.GetRequiredService<IEventPublisher>().Destination,
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<EventRelay>();
        return services;
    }
}
