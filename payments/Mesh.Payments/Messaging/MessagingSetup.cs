using Mesh.Payments.Storage;

namespace Mesh.Payments.Messaging;

/// <summary>Adds the queue of the payments service and what works on it.</summary>
internal static class MessagingSetup
{
    /// <summary>Messages are handled by every <see cref="IMessageHandler"/> in the container.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services, PumpOptions options)
    {
        services.AddSingleton<MessageSignal>();
        services.AddSingleton(provider => new DatabaseMessageQueue(
            provider.GetRequiredService<IDatabase>(), Queues.Payments, provider.GetRequiredService<MessageSignal>().Committed,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IMessageQueue>(provider => provider.GetRequiredService<DatabaseMessageQueue>());
        services.AddSingleton<IDeadLetters>(provider => provider.GetRequiredService<DatabaseMessageQueue>());
        services.AddSingleton(options);
        services.AddHostedService<MessagePump>();
        return services;
    }
}
