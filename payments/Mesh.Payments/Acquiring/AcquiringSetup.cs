using Google.Protobuf;
using Mesh.Payments.Api;
using Mesh.Payments.Messaging;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Acquiring;

/// <summary>Puts together what takes requests to the acquirer and back.</summary>
internal static class AcquiringSetup
{
    /// <summary>
    /// So long a replica that died keeps others from going on with its operations. Shorter than what callers wait, so that
    /// they hardly notice; longer than clocks differ, though nothing breaks when they differ more.
    /// </summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    /// <summary>Longer than the queue's pauses: the reconciler is for messages that were lost.</summary>
    private static readonly TimeSpan MessageLease = TimeSpan.FromMinutes(15);

    public static IServiceCollection AddAcquiring(this IServiceCollection services, PaymentsOptions options, TimeProvider time)
    {
        var settings = new AcquiringSettings
        {
            // Another one at each start: what an earlier process of this name held is not ours.
            Owner = $"{options.Name}/{Guid.NewGuid():N}",
            Lease = Lease,
            MessageLease = MessageLease,
            Wait = options.AcquirerWait,
            Limit = options.AcquirerLimit,
            GiveUpAfter = options.AcquirerGiveUpAfter,
            Fees = options.Fee,
            Encode = Answers.Encode,
        };
        services.AddSingleton(settings);
        services.AddSingleton(new MutationSettings
        {
            WaitingLimit = options.QueueLimit,
            KeyLifetime = options.KeyLifetime,
            Serialize = payment => PaymentMessages.Of(payment).ToByteArray(),
            LeaseOwner = settings.Owner,
            Lease = settings.Lease,
            MessageLease = settings.MessageLease,
        });
        services.AddSingleton(_ => options.Acquirer.Open(options.AcquirerTimeout, time));
        services.AddSingleton(Random.Shared);
        services.AddSingleton<MutationQueue>();
        services.AddSingleton<OperationStore>();
        services.AddSingleton<AcquiringMetrics>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<PaymentProcessor>();
        services.AddSingleton<IMessageHandler, OperationHandler>();
        services.AddSingleton<Reconciler>();
        services.AddHostedService(provider => provider.GetRequiredService<Reconciler>());
        services.AddSingleton<UnsettledWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<UnsettledWatch>());
        return services;
    }
}
