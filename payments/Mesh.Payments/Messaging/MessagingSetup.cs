using Mesh.Payments.Acquiring;
using Mesh.Payments.Api;
using Mesh.Payments.Messaging.Events;
using Mesh.Payments.Messaging.Publishing;
using Mesh.Payments.Messaging.Sqs;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Messaging;

/// <summary>Adds the queue of the payments service and what works on it.</summary>
internal static class MessagingSetup
{
    /// <summary>Messages are handled by every <see cref="IMessageHandler"/> in the container.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services, PaymentsOptions options)
    {
        services.AddSingleton<MessageSignal>();
        services.AddSingleton<MessagingMetrics>();
        services.AddSingleton(provider => new DatabaseMessageQueue(
            provider.GetRequiredService<IDatabase>(), Queues.Payments, provider.GetRequiredService<MessageSignal>().Committed,
            provider.GetRequiredService<TimeProvider>()));
        if (options.Queue.Sqs is { } sqs)
        {
            services.AddSqs(sqs, options.Queue.Region ?? options.Aws.Region!, options.Aws.ConfiguredEndpoint("sqs"));
        }
        else
        {
            services.AddSingleton<IMessageQueue>(provider => provider.GetRequiredService<DatabaseMessageQueue>());
            services.AddSingleton<IDeadLetters>(provider => provider.GetRequiredService<DatabaseMessageQueue>());
        }

        services.AddSingleton(provider => new PumpOptions
        {
            Concurrency = options.Workers,
            DrainTimeout = options.DrainTimeout,
            IsOutage = exception => exception is QueueFullException or StoreUnavailableException or AcquirerBusyException
                || provider.GetRequiredService<IDatabase>().Classify(exception) == SqlFailure.Unavailable,
        });
        services.AddSingleton<IMessageHandler>(provider => new PaymentRequestHandler(
            provider.GetRequiredService<PaymentProcessor>(), provider.GetRequiredService<PaymentReader>(),
            provider.GetRequiredService<MerchantAccess>(), options.EventSources));
        services.AddHostedService<MessagePump>();
        if (options.Events is { } bus) services.AddPublishing(bus, options.Aws);
        return services;
    }
}
