using Amazon.Runtime;
using Amazon.SQS;
using Mesh.Aws.Credentials;

namespace Mesh.Payments.Messaging.Sqs;

/// <summary>Puts SQS between the outbox in the database and the pump.</summary>
internal static class SqsSetup
{
    /// <param name="endpoint">Where SQS is called, when not at the host of the queue's URL.</param>
    public static IServiceCollection AddSqs(this IServiceCollection services, Uri queue, string region, Uri? endpoint)
    {
        services.AddSingleton<IAmazonSQS>(provider => new AmazonSQSClient(
            new ChainCredentials(provider.GetRequiredService<IAwsCredentialsProvider>()),
            new AmazonSQSConfig
            {
                // Also right for the queue URLs of VPC endpoints and FIPS endpoints.
                ServiceURL = endpoint?.AbsoluteUri ?? queue.GetLeftPart(UriPartial.Authority),
                AuthenticationRegion = region,
                RetryMode = RequestRetryMode.Standard,
            }));
        services.AddSingleton(provider => new SqsMessageQueue(
            provider.GetRequiredService<IAmazonSQS>(), queue, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new SqsSender(provider.GetRequiredService<IAmazonSQS>(), queue.AbsoluteUri));
        services.AddHostedService<OutboxRelay>();
        services.AddSingleton<IMessageQueue>(provider => provider.GetRequiredService<SqsMessageQueue>());
        services.AddSingleton<IDeadLetters>(provider => provider.GetRequiredService<SqsMessageQueue>());
        return services;
    }
}
